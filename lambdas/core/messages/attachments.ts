import {
  type Assembly,
  assemble,
  assembleInOrder,
  type BinaryPart,
  type BinarySet,
  livePartsOf,
  type TakenSet,
} from "../../protocol/assembly";
import { ProtocolError } from "../../protocol/protocol-error";
import { decodeSocketIo, type SocketIoPacket } from "../../protocol/socket-io";
import type { Arrival } from "./arrival";

/** Ten attachments and their header, each a frame of 32 KB, and as much again that follows closely. */
const MAX_PENDING_BYTES = 704 * 1024;
const MAX_PENDING_PARTS = 100;

/**
 * A set that looks whole may hold an attachment of the next one while its own is still on its way. What was
 * sent together is handled within this time, unless a Lambda has to start for it.
 */
const SETTLE_MS = 100;

/** How long an attachment waits for its header, whose Lambda may have to start. */
const HEADER_WITHIN_MS = 5_000;
const POLL_MS = 200;

/** By then every Lambda that an earlier message started has ended: API Gateway waits 29 s for it. */
const LATE_PARTS_MS = 30_000;

/** In order what comes again is a batch, of ten messages at most: an older set's parts are done for good. */
const PLACES_IN_ORDER = 10;

type NewPart = { readonly data: string; readonly attachments: number } | { readonly data: Buffer };

/**
 * Keeps one part of a binary packet, and gives the packets that are whole by it to `handle`, in the order of
 * their arrival. Each is given to one of the invocations that hold its parts: once, or in order at least once.
 * Whichever part is kept last finds its packet whole, so that nobody else has to wait for it.
 *
 * @throws ProtocolError for parts that belong nowhere, or whose order cannot be told.
 */
export async function receivePart(
  arrival: Arrival,
  newPart: NewPart,
  handle: (packet: SocketIoPacket) => Promise<void>,
): Promise<void> {
  const { connection, services } = arrival;
  const part = partOf(arrival, newPart);
  if (arrival.sequence !== undefined) return receiveInOrder(arrival, part, handle);
  const deadline = services.clock.now() + HEADER_WITHIN_MS;
  let known = await services.parts.add(connection, part);
  while (known) {
    assertBounded(known, part);
    const { complete, orphans } = assemble(known);
    const left = complete.length > 0 ? await takeSettled(arrival, complete, handle) : orphans;
    if (!left.some(({ id }) => id === part.id)) return;
    // A listener may have run since the look at them: its header may be there by now.
    const isRecent = complete.length === 0;
    if (isRecent && services.clock.now() >= deadline)
      throw refusal("a header for an attachment", "none that has a place for it");
    await services.clock.pause(POLL_MS);
    known = await services.parts.list(connection.connectionId);
  }
}

type PendingPart = Exclude<BinaryPart, { kind: "taken" }>;

/**
 * Nothing is left open, and nothing to wait for. A packet is taken when it was handled: what its Lambda does not
 * finish comes again, and must be found whole. By then the parts behind this one may be there; they come as well.
 */
async function receiveInOrder(
  { services: { parts }, connection }: Arrival,
  part: PendingPart,
  handle: (packet: SocketIoPacket) => Promise<void>,
): Promise<void> {
  const known = await parts.add(connection, part);
  if (!known) return;
  assertBounded(known, part);
  const { complete, orphans } = assembleInOrder(known.filter(({ id }) => id <= part.id));
  if (orphans.length > 0) throw refusal("a header for an attachment", "none that has a place for it");
  const oldPlaces = placesIn(known).slice(0, 1 - PLACES_IN_ORDER);
  for (const set of complete) {
    await handle(packetOf(set));
    await parts.take(connection, set, pastOf(known, oldPlaces));
  }
}

function partOf({ nextStamp, arrivedAt, sequence }: Arrival, part: NewPart): PendingPart {
  const base = { id: sequence ?? nextStamp(), arrivedAt };
  return "attachments" in part
    ? { ...base, kind: "header", ...part }
    : { ...base, kind: "attachment", ...part };
}

/** Answers the orphans that are left: what came meanwhile may have taken a part's place. */
async function takeSettled(
  arrival: Arrival,
  complete: readonly BinarySet[],
  handle: (packet: SocketIoPacket) => Promise<void>,
): Promise<Assembly["orphans"]> {
  const { parts, clock } = arrival.services;
  await clock.pause(SETTLE_MS);
  const known = (await parts.list(arrival.connection.connectionId)) ?? [];
  const current = assemble(known);
  const settled = current.complete.filter((set) => complete.some((other) => isSame(set, other)));
  await take(arrival, settled, known, handle);
  return current.orphans;
}

async function take(
  { services: { parts }, connection, arrivedAt }: Arrival,
  sets: readonly BinarySet[],
  known: readonly BinaryPart[],
  handle: (packet: SocketIoPacket) => Promise<void>,
): Promise<void> {
  const oldPlaces = placesIn(known).filter(({ lastArrivedAt }) => isLongBefore(lastArrivedAt, arrivedAt));
  const past = pastOf(known, oldPlaces);
  for (const set of sets) {
    if (await parts.take(connection, set, past)) await handle(packetOf(set));
  }
}

/** The earliest first. */
function placesIn(known: readonly BinaryPart[]): readonly TakenSet[] {
  return known.filter((part) => part.kind === "taken");
}

/**
 * What nobody needs: parts of taken sets, which were left or came once more, and the places that are old. A place
 * outlives its parts: without it they are a violation.
 */
function pastOf(known: readonly BinaryPart[], oldPlaces: readonly TakenSet[]): readonly string[] {
  const live = new Set(livePartsOf(known));
  const left = known.filter((part) => part.kind !== "taken" && !live.has(part)).map(({ id }) => id);
  const unneeded = oldPlaces.filter(({ partIds }) => !partIds.some((id) => left.includes(id)));
  return [...left, ...unneeded.map(({ id }) => id)];
}

function packetOf({ header, attachments }: BinarySet): SocketIoPacket {
  const buffers = attachments.map(({ data }) => data);
  return decodeSocketIo(header.data, buffers);
}

function assertBounded(known: readonly BinaryPart[], { arrivedAt }: BinaryPart): void {
  const pending = livePartsOf(known);
  const bytes = pending.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
  if (pending.length > MAX_PENDING_PARTS)
    throw refusal(`at most ${MAX_PENDING_PARTS} parts in flight`, "more");
  if (bytes > MAX_PENDING_BYTES) throw refusal(`at most ${MAX_PENDING_BYTES} bytes in flight`, `${bytes}`);
  if (pending.some((part) => isLongBefore(part.arrivedAt, arrivedAt))) {
    throw refusal(`the rest of a binary packet within ${LATE_PARTS_MS} ms`, "another part");
  }
}

function refusal(expected: string, got: string): ProtocolError {
  return new ProtocolError("invalid_frame", `expected ${expected}, got ${got}`);
}

function isLongBefore(past: number, arrivedAt: number): boolean {
  return past < arrivedAt - LATE_PARTS_MS;
}

function isSame(one: BinarySet, other: BinarySet): boolean {
  return idsOf(one) === idsOf(other);
}

function idsOf({ header, attachments }: BinarySet): string {
  return JSON.stringify([header, ...attachments].map(({ id }) => id));
}
