import { randomUUID } from "node:crypto";
import type { PostOutcome } from "../ports";
import type { Recipient } from "../records";
import type { PostServices } from "../services";

type TurnServices = Pick<PostServices, "gateway" | "turns" | "clock" | "log">;

/** Who looked just before the turn began may still be posting: the longest that a post is taken to need. */
const LONGEST_POST_MS = 150;

/** A crashed writer's turn ends by itself; eleven frames take a fraction of it. */
const TURN_MS = 5_000;

const POLL_MS = 25;
/** Two turns: a connection that is taken for longer has a queue of binary packets. */
const PATIENCE_MS = 10_000;

/**
 * Posts one packet to a protected connection, so that nothing comes between the frames of a binary one: the
 * client has one decoder for all of its namespaces, and drops its connection when another packet does.
 */
export function postInTurn(
  services: TurnServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  return frames.length > 1
    ? postTogether(services, recipient, frames)
    : postBetween(services, recipient, frames);
}

async function postTogether(
  services: TurnServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  const id = randomUUID();
  const outcome = await takeTurn(services, recipient, id);
  if (outcome !== "taken") return outcome === "gone" ? "gone" : "throttled";
  try {
    await services.clock.pause(LONGEST_POST_MS);
    return await postEach(services, recipient, frames);
  } finally {
    // What was posted stays posted, and the turn ends by itself.
    await services.turns.release(recipient.connectionId, id).catch((error: unknown) => {
      services.log.error("a turn could not be released", { connectionId: recipient.connectionId, error });
    });
  }
}

async function takeTurn({ turns, clock }: TurnServices, { connectionId }: Recipient, id: string) {
  const deadline = clock.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await turns.take(connectionId, { id, until: clock.now() + TURN_MS });
    if (outcome !== "busy" || clock.now() >= deadline) return outcome;
    await clock.pause(POLL_MS);
  }
}

async function postBetween(
  services: TurnServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  const { turns, clock } = services;
  const deadline = clock.now() + PATIENCE_MS;
  while ((await turns.takenUntil(recipient.connectionId)) > clock.now()) {
    if (clock.now() >= deadline) return "throttled";
    await clock.pause(POLL_MS);
  }
  return postEach(services, recipient, frames);
}

async function postEach(
  { gateway }: TurnServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  for (const frame of frames) {
    const outcome = await gateway.post(recipient, frame);
    if (outcome !== "sent") return outcome;
  }
  return "sent";
}
