import { expirySeconds } from "../expiry";
import type { SocketRecord } from "../records";
import type { Services } from "../services";
import type { Recovery, ReplayEnd } from "./ports";

/** A worker that crashed is replaced after a minute, and posts what was emitted before. */
const KEPT_MS = 15 * 60_000;

/**
 * Whoever has found the memberships of a socket waits for the end of what it is sent from the log. Where
 * `replay` does not come to that, says so.
 */
export async function withEnding<Outcome>(
  services: Pick<Services, "clock" | "log">,
  { replays }: Recovery,
  socket: SocketRecord,
  replay: (finish: (end: ReplayEnd) => Promise<void>) => Promise<Outcome>,
): Promise<Outcome> {
  const { clock, log } = services;
  const expiresAt = expirySeconds(clock.now() + KEPT_MS);
  let isFinished = false;
  const finish = async (end: ReplayEnd): Promise<void> => {
    await replays.finish(socket, end, expiresAt);
    isFinished = true;
  };
  try {
    return await replay(finish);
  } finally {
    if (!isFinished) {
      await finish("broken").catch((error: unknown) => {
        const { connectionId } = socket;
        log.error("posts to a socket whose recovery failed wait in vain", { connectionId, error });
      });
    }
  }
}
