import { settlesWithin } from "../listeners/listeners";
import type { Services } from "../services";
import type { MessageRequest } from "./message";

/** Of the ping timeout: a heartbeat that is about to cut must find the note. */
const SHARE = 0.5;

type Hearing = Pick<Services, "liveness" | "settings" | "clock" | "log">;

/**
 * A pong waits behind what its client sent before it. Where that takes long, in the queue or here, the client
 * counts as heard: it must not be cut for the service's time. What is handled soon costs no request.
 */
export async function heardDuring<Result>(
  services: Hearing,
  { connectionId, arrivedAt }: Pick<MessageRequest, "connectionId" | "arrivedAt">,
  handling: Promise<Result>,
): Promise<Result> {
  const { clock, settings } = services;
  const patienceMs = SHARE * settings.pingTimeoutMs;
  let limitMs = Math.max(0, arrivedAt + patienceMs - clock.now());
  while (!(await settlesWithin(handling, limitMs))) {
    await noteHeard(services, connectionId);
    limitMs = patienceMs;
  }
  return handling;
}

async function noteHeard({ liveness, log }: Hearing, connectionId: string): Promise<void> {
  await liveness.see(connectionId).catch((error: unknown) => {
    log.warn("a client whose pong waits may be cut", { connectionId, error });
  });
}
