/** Bytes of a WebSocket frame's header that hold its length after the first two (RFC 6455, 5.2). */
const EXTENDED_LENGTH_BYTES: Readonly<Record<number, number>> = { 126: 2, 127: 8 };
const MASK_BYTES = 4;

/**
 * Follows the frames of a client in the raw bytes and calls back at the first that is too large. API Gateway
 * limits frames more than messages, and `ws` only tells of messages.
 */
export function frameLimit(maxFrameBytes: number, onTooLarge: () => void): (chunk: Buffer) => void {
  let header: number[] = [];
  let payloadLeft = 0;
  return (chunk) => {
    let position = 0;
    while (position < chunk.length) {
      const skipped = Math.min(payloadLeft, chunk.length - position);
      payloadLeft -= skipped;
      position += skipped;
      if (payloadLeft > 0 || position === chunk.length) return;
      header.push(chunk[position++] ?? 0);
      const length = payloadLength(header);
      if (length === undefined) continue;
      header = [];
      payloadLeft = length;
      if (length > maxFrameBytes) onTooLarge();
    }
  };
}

/** `undefined` until the header is complete. */
function payloadLength(header: readonly number[]): number | undefined {
  const [, second] = header;
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = EXTENDED_LENGTH_BYTES[short] ?? 0;
  const masked = (second & 0x80) === 0 ? 0 : MASK_BYTES;
  if (header.length < 2 + extended + masked) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
}
