import type { SidRange } from "../../lambdas/core/delivery/sid-range";
import type { MemberPage } from "../../lambdas/core/ports";
import type { Member } from "../../lambdas/core/records";
import { randomNumbers } from "./random-numbers";

/** As the table answers them. */
const PAGE_SIZE = 1_000;

/** The base64url alphabet in the order of its bytes. */
const DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const CELLS = DIGITS.length ** 2;
const RANDOM_DIGITS = 18;
const SEED = 20_261_123;

/**
 * A room with so many sockets, whose sids are random, and the same in every process. Only how many sids begin
 * with which two digits is kept: a million sockets would be most of a worker's memory.
 */
export class Room {
  /** By the first two digits: how many sids come before. */
  readonly #before = new Uint32Array(CELLS + 1);

  constructor(connections: number) {
    const random = randomNumbers(SEED);
    for (let socket = 0; socket < connections; socket += 1) {
      const cell = Math.floor(random() * CELLS);
      this.#before[cell + 1] = (this.#before[cell + 1] ?? 0) + 1;
    }
    for (let cell = 1; cell <= CELLS; cell += 1) {
      this.#before[cell] = (this.#before[cell] ?? 0) + (this.#before[cell - 1] ?? 0);
    }
  }

  page({ after, upTo }: SidRange): MemberPage {
    const members: Member[] = [];
    for (let cell = cellOf(after); cell < CELLS && prefixOf(cell) <= upTo; cell += 1) {
      members.push(...this.#membersOf(cell).filter(({ sid }) => sid > after && sid <= upTo));
      const last = members[PAGE_SIZE - 1];
      if (last) return { members: members.slice(0, PAGE_SIZE), upTo: last.sid };
    }
    return { members, upTo };
  }

  #membersOf(cell: number): readonly Member[] {
    const first = this.#before[cell] ?? 0;
    const count = (this.#before[cell + 1] ?? 0) - first;
    const random = randomNumbers(SEED + cell);
    const sids = Array.from({ length: count }, () => prefixOf(cell) + randomDigits(random)).sort();
    return sids.map((sid, index) => ({
      sid,
      connectionId: connectionIdOf(first + index),
      protocol: "socket.io",
      connectedAt: 0,
    }));
  }
}

/** As long as API Gateway's. The number of the connection stands where those have their clock. */
export function connectionIdOf(index: number): string {
  return `${index.toString(36).padStart(5, "0")}cOFvHcCIhw=`;
}

/** Also of an id that is escaped. */
export function indexOf(connectionId: string): number {
  return Number.parseInt(connectionId.slice(0, 5), 36);
}

function prefixOf(cell: number): string {
  return `@${DIGITS[Math.floor(cell / DIGITS.length)]}${DIGITS[cell % DIGITS.length]}`;
}

function cellOf(sid: string): number {
  const [high, low] = [sid[1], sid[2]].map((digit) => DIGITS.indexOf(digit ?? "-"));
  return (high ?? 0) * DIGITS.length + (low ?? 0);
}

function randomDigits(random: () => number): string {
  let digits = "";
  for (let place = 0; place < RANDOM_DIGITS; place += 1)
    digits += DIGITS[Math.floor(random() * DIGITS.length)];
  return digits;
}
