import { DELIVERED_WITHIN_MS } from "../connections/newborn";
import type { Member, Recipient } from "../records";
import { type Incoming, isInQuestion } from "../recovery/after-replay";
import type { Addressee, Emit } from "./recipients";

/** What one connection gets, in order, each packet with the emit that it belongs to. */
export interface Parcels {
  readonly recipient: Recipient;
  readonly parcels: readonly Parcel[];
}

export interface Parcel extends Incoming {
  readonly emit: number;
  readonly frames: readonly string[];
  /** Whether its client gets it from the log, should it not arrive. */
  readonly isLogged: boolean;
}

export interface Posts {
  readonly emits: number;
  readonly connections: readonly Parcels[];
}

type Sendable = Pick<Emit, "frames" | "offset" | "earlier" | "isVolatile">;

/** What goes to whom. Two sockets of one connection share its parcels, in the order of the emits. */
export function parcelsOf(emits: readonly Sendable[], addressees: readonly Addressee[]): readonly Parcels[] {
  const connections = new Map<string, { recipient: Recipient; parcels: Parcel[] }>();
  for (const { member, emits: indexes } of addressees) {
    const entry = connections.get(member.connectionId);
    const parcels = indexes.map((emit) => parcelOf(emits[emit], emit, member));
    if (!entry) connections.set(member.connectionId, { recipient: recipientOf(member), parcels });
    else entry.parcels = [...entry.parcels, ...parcels].sort((one, other) => one.emit - other.emit);
  }
  return [...connections.values()];
}

function parcelOf(emit: Sendable | undefined, index: number, member: Member): Parcel {
  const { frames, offset, earlier, isVolatile } = emit ?? {};
  const isLogged = offset !== undefined && !isVolatile && member.protocol === "socket.io";
  return { emit: index, frames: frames?.[member.protocol] ?? [], member, offset, earlier, isLogged };
}

/**
 * A Socket.IO socket exists because its client sent a CONNECT: a 410 is the truth. A plain JSON one may be
 * there a moment before its WebSocket is.
 */
function recipientOf(member: Member): Recipient {
  const { connectionId, connectedAt, protocol, isProtected } = member;
  if (protocol === "socket.io") {
    return { connectionId, isProtected, catchesUp: true };
  }
  return { connectionId, isProtected, newbornUntil: connectedAt + DELIVERED_WITHIN_MS };
}

/** Those to whom posts have to wait for something before they begin, and the others, who must not wait behind them. */
export function byWaiting(connections: readonly Parcels[], now: number) {
  const waiting: Parcels[] = [];
  const others: Parcels[] = [];
  for (const entry of connections) (waits(entry, now) ? waiting : others).push(entry);
  return { waiting, others };
}

function waits({ recipient, parcels }: Parcels, now: number): boolean {
  return !!recipient.isProtected || parcels.some((parcel) => isInQuestion(parcel, now));
}
