/**
 * The primes whose roots are SHA-256's constants: 32 bits of the fractional part of their cube roots, and, for
 * the first eight, of their square roots (FIPS 180-4, 4.2.2 and 5.3.3).
 */
const PRIMES = Array.from({ length: 310 }, (_, n) => n + 2).filter(isPrime);
const K = Int32Array.from(PRIMES, (prime) => fractionOf(Math.cbrt(prime)));
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionOf(Math.sqrt(prime)));

export const BLOCK_BYTES = 64;

/** Scratch space: nothing here is asynchronous. */
const w = new Int32Array(64);

/** The eight words of a hash that has seen nothing yet. */
export function initialState(): Int32Array {
  return INITIAL.slice();
}

/** Hashes one block of `bytes` into `state` (FIPS 180-4, 6.2.2). */
export function hashBlock(state: Int32Array, bytes: Uint8Array, offset: number): void {
  schedule(bytes, offset);
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let t = 0; t < 64; t += 1) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + at(K, t) + at(w, t)) | 0;
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  // A typed array keeps 32 bits of a sum.
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

function schedule(bytes: Uint8Array, offset: number): void {
  for (let t = 0; t < 16; t += 1) w[t] = wordAt(bytes, offset + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const x = at(w, t - 15);
    const y = at(w, t - 2);
    const sigma0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const sigma1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = sigma0 + sigma1 + at(w, t - 7) + at(w, t - 16);
  }
}

/** By hand: `readInt32BE` checks its argument each time, a quarter of the whole. */
function wordAt(bytes: Uint8Array, offset: number): number {
  const high = (byteAt(bytes, offset) << 24) | (byteAt(bytes, offset + 1) << 16);
  return high | (byteAt(bytes, offset + 2) << 8) | byteAt(bytes, offset + 3);
}

/** In range, always. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

/** In range, always: the cast costs nothing where a check would. */
function at(words: Int32Array, index: number): number {
  return words[index] as number;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return true;
}

function fractionOf(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}
