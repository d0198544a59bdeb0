import { randomBytes } from "node:crypto";

const CLOCK_BITS = 29;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CLOCK_CHARACTERS = 5;
const RANDOM_CHARACTERS = 4;

/**
 * Ids of AWS's shape, such as `L0SM9cOFvHcCIhw=`: five characters of a clock of tenths of a second, some that
 * vary, and a tail that is one host's. They sort by time, which makes them no good as keys to split by.
 */
export function connectionIds(hostTail = randomTail()): (nowMs: number) => string {
  return (nowMs) => clock(nowMs) + randomText(RANDOM_CHARACTERS) + hostTail;
}

/** Whether API Gateway would look this id up; anything else it refuses with 400. */
export function isConnectionId(text: string): boolean {
  return /^[A-Za-z0-9+/_-]{15}=$/.test(text);
}

/** 30 bits in five characters, the first of which stays 0. */
function clock(nowMs: number): string {
  const ticks = Math.floor(nowMs / 100) % 2 ** CLOCK_BITS;
  return Array.from({ length: CLOCK_CHARACTERS }, (_, index) => {
    return BASE64[(ticks >> (6 * (CLOCK_CHARACTERS - 1 - index))) & 63];
  }).join("");
}

/** Eleven bytes are 88 bits: of the 15th character four bits count, and one `=` fills the group. */
function randomTail(): string {
  return `${randomText(5)}${BASE64[(randomBytes(1)[0] ?? 0) & 60]}=`;
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => BASE64[byte & 63]).join("");
}
