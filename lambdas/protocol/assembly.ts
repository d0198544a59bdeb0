import { ProtocolError } from "./protocol-error";

interface Part {
  /** Unique in its connection. */
  readonly id: string;
  /** At API Gateway, milliseconds since the epoch: all that is known of the order of two messages. */
  readonly arrivedAt: number;
}

export interface HeaderPart extends Part {
  readonly kind: "header";
  /** The Socket.IO packet, `51-["event",{"_placeholder":true,"num":0}]`. */
  readonly data: string;
  /** How many attachments follow it. */
  readonly attachments: number;
}

export interface AttachmentPart extends Part {
  readonly kind: "attachment";
  readonly data: Buffer;
}

/** What is kept of a set that was taken: where it lay, so that a part which comes late to it is noticed. */
export interface TakenSet extends Part {
  readonly kind: "taken";
  readonly partIds: readonly string[];
  readonly lastArrivedAt: number;
}

type LivePart = HeaderPart | AttachmentPart;

export type BinaryPart = LivePart | TakenSet;

/** A binary packet, whole. */
export interface BinarySet {
  readonly header: HeaderPart;
  readonly attachments: readonly AttachmentPart[];
}

export interface Assembly {
  /** In the order of their arrival. */
  readonly complete: readonly BinarySet[];
  /** Attachments that no known header has a place for. */
  readonly orphans: readonly AttachmentPart[];
}

/**
 * Puts together what one client sent, from parts in any order, some of which may still be on their way. A
 * client sends a header and its attachments in one go, so an attachment belongs to the last header before it.
 *
 * @throws ProtocolError when times of arrival that are equal leave open which attachment is which.
 */
export function assemble(parts: readonly BinaryPart[]): Assembly {
  const live = livePartsOf(parts);
  assertOutside(live, parts.filter(isTaken));
  const moments = momentsOf(live);
  moments.forEach(assertDecidable);
  return place(moments);
}

/** As `assemble`, where ids grow in the order in which the client sent the parts, and none is still on its way. */
export function assembleInOrder(parts: readonly BinaryPart[]): Assembly {
  const live = livePartsOf(parts).sort((one, other) => (one.id < other.id ? -1 : 1));
  return place(live.map((part) => momentOf([part])));
}

/** Those that wait, and not what was left of a set that was taken. */
export function livePartsOf(parts: readonly BinaryPart[]): LivePart[] {
  const takenIds = new Set(parts.filter(isTaken).flatMap(({ partIds }) => partIds));
  return parts.filter((part) => !isTaken(part)).filter(({ id }) => !takenIds.has(id));
}

function isTaken(part: BinaryPart): part is TakenSet {
  return part.kind === "taken";
}

/** A part between those of a set that was taken, or as old as one of them, may well have been one of them. */
function assertOutside(live: readonly LivePart[], taken: readonly TakenSet[]): void {
  for (const { arrivedAt } of live) {
    if (taken.some((set) => set.arrivedAt <= arrivedAt && arrivedAt <= set.lastArrivedAt)) {
      throw undecided("a part within a binary packet that was whole");
    }
  }
}

/** What arrived in one millisecond. */
interface Moment {
  readonly header?: HeaderPart;
  readonly headers: number;
  readonly attachments: readonly AttachmentPart[];
}

function momentsOf(live: readonly LivePart[]): Moment[] {
  const times = [...new Set(live.map(({ arrivedAt }) => arrivedAt))].sort((one, other) => one - other);
  return times.map((time) => momentOf(live.filter(({ arrivedAt }) => arrivedAt === time)));
}

function momentOf(parts: readonly LivePart[]): Moment {
  const headers = parts.filter((part) => part.kind === "header");
  const attachments = parts.filter((part) => part.kind === "attachment");
  return { header: headers[0], headers: headers.length, attachments };
}

function assertDecidable({ headers, attachments: [first, ...others] }: Moment): void {
  if (headers > 1) throw undecided("two binary headers of the same millisecond");
  if (first && others.some(({ data }) => !data.equals(first.data))) {
    throw undecided("two attachments of the same millisecond");
  }
}

interface Slot {
  readonly header: HeaderPart;
  readonly attachments: AttachmentPart[];
  /** The millisecond of its header leaves open which attachments are its own, and which the slot's before it. */
  readonly isTied: boolean;
}

function place(moments: readonly Moment[]): Assembly {
  const slots: Slot[] = [];
  const orphans: AttachmentPart[] = [];
  for (const { header, attachments } of moments) {
    const before = slots.at(-1);
    const left = before ? fill(before, attachments) : [...attachments];
    if (!header) orphans.push(...left);
    else {
      const isTied = before !== undefined && left.length < attachments.length;
      const slot = { header, attachments: [], isTied };
      slots.push(slot);
      orphans.push(...fill(slot, left));
    }
  }
  return { complete: wholeRuns(slots), orphans };
}

/** Answers what it has no place for. */
function fill({ header, attachments }: Slot, candidates: readonly AttachmentPart[]): AttachmentPart[] {
  const room = header.attachments - attachments.length;
  attachments.push(...candidates.slice(0, room));
  return candidates.slice(room);
}

/** Slots that are tied together are whole together. */
function wholeRuns(slots: readonly Slot[]): BinarySet[] {
  const runs: Slot[][] = [];
  for (const slot of slots) {
    const run = slot.isTied ? runs.at(-1) : undefined;
    if (run) run.push(slot);
    else runs.push([slot]);
  }
  return runs.filter((run) => run.every(isWhole)).flat();
}

function isWhole({ header, attachments }: Slot): boolean {
  return attachments.length === header.attachments;
}

function undecided(what: string): ProtocolError {
  return new ProtocolError("invalid_frame", `expected parts whose order their arrival tells, got ${what}`);
}
