/** The sids after `after` and up to `upTo`, in the order of their bytes. */
export interface SidRange {
  readonly after: string;
  readonly upTo: string;
}

/** Every sid begins with `@`. */
export const EVERY_SID: SidRange = { after: "@", upTo: "A" };

/** The base64url alphabet in the order of its bytes. */
const DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** Sixteen million steps: fine enough for any number of shares. */
const PLACES = 4;
const STEPS = DIGITS.length ** PLACES;

/** One of so many equal shares of all sids. Random sids make them even. */
export function shareOf(index: number, shares: number): SidRange {
  return {
    after: index === 0 ? EVERY_SID.after : boundary(index / shares),
    upTo: index === shares - 1 ? EVERY_SID.upTo : boundary((index + 1) / shares),
  };
}

/** Which part of all sids comes up to this one, from 0 to 1. */
export function fractionUpTo(sid: string): number {
  if (sid >= EVERY_SID.upTo) return 1;
  let steps = 0;
  for (let place = 1; place <= PLACES; place++) {
    steps = steps * DIGITS.length + Math.max(0, DIGITS.indexOf(sid[place] ?? "-"));
  }
  return steps / STEPS;
}

function boundary(fraction: number): string {
  let steps = Math.round(fraction * STEPS);
  let digits = "";
  for (let place = 0; place < PLACES; place++) {
    digits = `${DIGITS[steps % DIGITS.length]}${digits}`;
    steps = Math.floor(steps / DIGITS.length);
  }
  return `@${digits}`;
}
