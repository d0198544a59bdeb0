import { BLOCK_BYTES, hashBlock, initialState } from "./sha-256-block";

const DIGEST_BYTES = 32;
const WORDS = 8;

/**
 * HMAC-SHA-256 (RFC 2104) of texts that begin alike and are equally long. What is signed is a short text of
 * which all but the end stays the same for a second: that is hashed once, and three blocks remain for each
 * signature, which take a third of the time that `node:crypto` needs for an HMAC.
 */
export class PrefixedHmac {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  /** What is left to hash: the end of the prefix, room for a text, the padding; and for the outer hash. */
  readonly #innerEnd: Buffer;
  readonly #outerEnd: Buffer;
  readonly #textOffset: number;
  readonly #state = initialState();

  /** `key` has 64 bytes at most. */
  constructor(key: Buffer, prefix: string, textBytes: number) {
    const bytes = Buffer.concat([pad(key, 0x36), Buffer.from(prefix)]);
    this.#textOffset = bytes.length % BLOCK_BYTES;
    const whole = bytes.subarray(0, bytes.length - this.#textOffset);
    const rest = bytes.subarray(whole.length);
    this.#inner = stateAfter(whole);
    this.#outer = stateAfter(pad(key, 0x5c));
    this.#innerEnd = padded(Buffer.concat([rest, Buffer.alloc(textBytes)]), whole.length);
    this.#outerEnd = padded(Buffer.alloc(DIGEST_BYTES), BLOCK_BYTES);
  }

  /** Of the prefix and `text`, ASCII of the length that was announced, in hexadecimal. */
  hex(text: string): string {
    this.#innerEnd.write(text, this.#textOffset, "latin1");
    this.#digest(this.#inner, this.#innerEnd);
    this.#digest(this.#outer, this.#outerEnd);
    return this.#outerEnd.toString("hex", 0, DIGEST_BYTES);
  }

  /** Leaves the digest at the beginning of the last block, where the outer hash takes it from. */
  #digest(from: Int32Array, end: Buffer): void {
    const state = this.#state;
    for (let word = 0; word < WORDS; word += 1) state[word] = from[word] as number;
    for (let offset = 0; offset < end.length; offset += BLOCK_BYTES) hashBlock(state, end, offset);
    for (let word = 0; word < WORDS; word += 1) this.#outerEnd.writeInt32BE(state[word] as number, 4 * word);
  }
}

/** FIPS 180-4, 5.1.1: a bit, zeros, and the length in bits, up to a block's end. */
function padded(end: Buffer, hashedBytes: number): Buffer {
  const whole = Buffer.alloc(Math.ceil((end.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  end.copy(whole);
  whole[end.length] = 0x80;
  whole.writeUInt32BE((hashedBytes + end.length) * 8, whole.length - 4);
  return whole;
}

function pad(key: Buffer, byte: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, byte);
  for (const [index, value] of key.entries()) block[index] = byte ^ value;
  return block;
}

function stateAfter(blocks: Buffer): Int32Array {
  const after = initialState();
  for (let offset = 0; offset < blocks.length; offset += BLOCK_BYTES) hashBlock(after, blocks, offset);
  return after;
}
