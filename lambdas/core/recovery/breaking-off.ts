import type { ConnectRequest } from "../connections/connecting";
import { fallBehind } from "../delivery/posting";
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
 *
 * @throws when there is no time for that any more.
 */
export async function breakOff(
  services: Services,
  request: ConnectRequest,
  { socket, rooms, finish, error }: BrokenReplay,
): Promise<"connected" | "closed"> {
  const { clock, log } = services;
  const { connectionId, isProtected, activeFrom = 0 } = socket;
  const outcome = await introduce(services, request, { socket, rooms }, async (greeting) => {
    if (clock.now() > activeFrom + LAST_POST_MS) throw error;
    await greeting();
    await clock.pause(LAST_WORDS_MS);
    // Who has waited for the end cuts it, too.
    await finish("broken");
  });
  log.warn("a recovery broke off: its client is cut, and comes back for the rest", { connectionId, error });
  await fallBehind(services, { connectionId, isProtected, catchesUp: true });
  return outcome;
}
