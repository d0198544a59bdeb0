import { randomInt } from "node:crypto";
import { ACK_IDS } from "../../protocol/ack-ids";
import { findMembers } from "../delivery/delivery";
import { encodeFrames, type Frames } from "../delivery/frames";
import { parcelsOf } from "../delivery/parcels";
import { post } from "../delivery/posting";
import { namespaceOf, type Target } from "../delivery/target";
import type { Member } from "../records";
import { connectedAmong } from "../recovery/connected-members";
import type { Services } from "../services";

/** The listener that waits has 25 s in all, and API Gateway waits 29 s for it. */
export const MAX_ACK_TIMEOUT_MS = 20_000;
/** Each of them is an item in the table, and its answer is held in memory. */
const MAX_RECIPIENTS = 1_000;
const POLLS_MS = [25, 50, 100] as const;
const LAST_POLL_MS = 200;
/** Each look reads all answers again: of many or large ones it takes so much longer to the next, within these. */
const MS_PER_READ_UNIT = 25;
const LONGEST_POLL_MS = 2_000;
const READ_UNIT_BYTES = 4_096;
/** Of an answer's item, beside the answer, and of one that waits for it. */
const ITEM_BYTES = 100;

/** An event that wants an ack of everyone who gets it. */
export interface Question {
  /** One for all recipients: it is encoded once. */
  readonly id: number;
  readonly event: string;
  readonly target: Target;
  readonly frames: Frames;
  readonly timeoutMs: number;
}

/** A question that is going out. */
export interface AwaitedAcks {
  readonly id: number;
  /** Those that it is for; once it is posted, those that it reached. */
  readonly sids: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Others may have answered long before the last post is done. */
  readonly posted: Promise<void>;
}

/** `isComplete`: everyone whom the question reached has answered. In no order. */
export interface Answers {
  readonly isComplete: boolean;
  readonly reached: number;
  readonly answers: readonly (readonly unknown[])[];
}

/** Encodes at the call of `emit`, as `encodeFrames` does. */
export function questionOf(
  target: Target,
  event: string,
  args: readonly unknown[],
  timeoutMs: number,
): Question {
  const id = randomInt(ACK_IDS);
  return { id, event, target, frames: encodeFrames(namespaceOf(target), event, args, id), timeoutMs };
}

/** Remembers who may answer before anybody can: an ack arrives at another Lambda than the one that asked. */
export async function ask(
  services: Services,
  { id, target, frames, timeoutMs }: Question,
): Promise<AwaitedAcks> {
  const until = services.clock.now() + timeoutMs;
  const members = await findMembers(services, target);
  if (members.length > MAX_RECIPIENTS) {
    throw new RangeError(`acks: expected at most ${MAX_RECIPIENTS} recipients, got ${members.length}`);
  }
  assertNotOwn(services, members);
  const connected = await connectedAmong(services, members);
  await services.acks.expect(id, connected, until);
  const sids = new Set(connected.map(({ sid }) => sid));
  const addressees = connected.map((member) => ({ member, emits: [0] }));
  const posting = post(services, { emits: 1, connections: parcelsOf([{ frames }], addressees) });
  const posted = posting.then(({ gone }) => {
    for (const { sid, connectionId } of connected) if (gone.has(connectionId)) sids.delete(sid);
  });
  return { id, sids, until, posted };
}

/** The ack would wait for the listener, and the listener for the ack, until the time is over. */
function assertNotOwn({ waitingConnectionId }: Services, members: readonly Member[]): void {
  if (!members.some(({ connectionId }) => connectionId === waitingConnectionId)) return;
  throw new Error(
    'acks: with order "per-connection" a listener cannot wait for an ack of its own connection, which is ' +
      "handled only after the listener. Emit without an ack and have the client emit an event, or leave the " +
      "socket out with except(socket.id)",
  );
}

/**
 * Waits until everyone has answered or the time is over, whether all is posted by then or not.
 *
 * @throws once `ended`: the listener that waited is not there any more.
 */
export async function collect(
  { acks, clock }: Services,
  { id, sids, until }: AwaitedAcks,
  ended: AbortSignal,
): Promise<Answers> {
  const begunAt = clock.now();
  let answers: (readonly unknown[])[] = [];
  let readMs = 0;
  let isOver = false;
  for (let poll = 0; answers.length < sids.size && !isOver; poll += 1) {
    const left = Math.max(0, until - clock.now());
    // At most as long again as it took so far: what is nearly complete is not put off for seconds.
    const dearMs = Math.min(readMs, LONGEST_POLL_MS, clock.now() - begunAt);
    const pauseMs = Math.max(POLLS_MS[poll] ?? LAST_POLL_MS, dearMs);
    // What came in time is read, however late it is by now.
    isOver = left <= pauseMs;
    await clock.pause(Math.min(left, pauseMs));
    ended.throwIfAborted();
    const known = await acks.answers(id);
    readMs = MS_PER_READ_UNIT * readUnits(known, sids.size);
    answers = [...known].filter(([sid]) => sids.has(sid)).map(([, args]) => args);
  }
  return { isComplete: answers.length >= sids.size, reached: sids.size, answers };
}

/** By estimate. */
function readUnits(known: ReadonlyMap<string, readonly unknown[]>, recipients: number): number {
  const bytes = [...known.values()].reduce((sum, args) => sum + JSON.stringify(args).length, 0);
  return Math.ceil((recipients * ITEM_BYTES + bytes) / READ_UNIT_BYTES);
}
