import type { ConnectRequest } from "../connections/connecting";
import { fallBehind } from "../delivery/posting";
import { settlesWithin } from "../listeners/listeners";
import type { Services } from "../services";
import { LAST_POST_MS } from "./boundary";
import { introduce, type Returning } from "./introducing";
import type { ReplayEnd } from "./ports";

/** What the client kept for this moment it sends at once: that is still heard. */
const LAST_WORDS_MS = 500;

export interface BrokenReplay extends Returning {
  readonly finish: (end: ReplayEnd) => Promise<void>;
  readonly error: unknown;
}

/**
 * Socket.IO's client keeps what comes before `connect`, does not say so when it comes back, and would get it
 * again. So it is told `connect`, which makes all that it has count, and then cut: it comes back for the rest.
 * That does not wait for connection listeners until others post to it: they go on meanwhile.
 *
 * @throws when there is no time for that any more.
 */
export async function breakOff(
  services: Services,
  request: ConnectRequest,
  broken: BrokenReplay,
): Promise<"connected" | "closed"> {
  const { clock } = services;
  const { socket, rooms, error } = broken;
  const leftMs = (socket.activeFrom ?? 0) + LAST_POST_MS - clock.now();
  if (leftMs < 0) throw error;
  let tell: (() => Promise<void>) | undefined;
  const introduced = introduce(services, request, { socket, rooms }, (greeting) => {
    tell = once(() => sendBack(services, broken, greeting));
    return tell;
  });
  if (!(await settlesWithin(introduced, leftMs))) {
    if (!tell) throw error;
    await tell();
  }
  return introduced;
}

async function sendBack(
  services: Services,
  { socket, finish, error }: BrokenReplay,
  greeting: () => Promise<void>,
): Promise<void> {
  const { connectionId, isProtected } = socket;
  await greeting();
  await services.clock.pause(LAST_WORDS_MS);
  // Who has waited for the end cuts it, too.
  await finish("broken");
  services.log.warn("a recovery broke off: its client is cut, and comes back for the rest", {
    connectionId,
    error,
  });
  await fallBehind(services, { connectionId, isProtected, catchesUp: true });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
