/** Marsaglia's xorshift32: a seed's frames are the same in every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed === 0)
      throw new RangeError(`seed: expected an integer other than 0, got ${seed}`);
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("expected at least one choice");
    return choice;
  }
}

/** The seed of this run: `FUZZ_SEED=7 npx jest test/fuzz` tries other frames. */
export const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);

const PIECES = [
  ...'0123456789abc[]{},:/?-."\\ \n\x00\x1e\ud83dé✓',
  "null",
  "-1",
  "1e999",
  '"__proto__"',
  '"constructor"',
  '"connect"',
  '"error"',
  '"id":',
  '{"_placeholder":true,"num":1}',
  "9".repeat(30),
];

/** A sixth is noise, as many are seeds as they are, and the rest are seeds with up to three pieces put in or out. */
export function randomFrame(seeds: readonly string[], random: Random): string {
  const kind = random.below(6);
  let frame = kind === 0 ? "" : random.pick(seeds);
  const edits = kind === 0 ? random.below(12) : kind === 1 ? 0 : random.below(4);
  for (let edit = 0; edit < edits; edit++) {
    const at = random.below(Math.min(frame.length, 80) + 1);
    frame = frame.slice(0, at) + random.pick(PIECES) + frame.slice(at + random.below(3));
  }
  // A WebSocket's text is UTF-8, which has no half surrogate pairs.
  return Buffer.from(frame).toString();
}

const SCALARS = [
  "null",
  "true",
  "0",
  "-0.0",
  "1e999",
  "1e-7",
  '""',
  '"é\\ud800"',
  '"\\u0000"',
  '"b64"',
  "12345678901234567890",
];
const KEYS = ["a", "", "__proto__", "constructor", "toJSON", "length", "_placeholder", "base64", "then"];

/** The text of a JSON value, as odd as a client can make it. */
export function randomJson(random: Random, depth = 3): string {
  const kind = depth === 0 ? 0 : random.below(3);
  if (kind === 0) return random.pick(SCALARS);
  const values = Array.from({ length: random.below(4) }, () => randomJson(random, depth - 1));
  if (kind === 1) return `[${values.join(",")}]`;
  return `{${values.map((value) => `${JSON.stringify(random.pick(KEYS))}:${value}`).join(",")}}`;
}
