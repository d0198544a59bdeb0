interface Base64 {
  readonly base64: string;
}

/** JSON with Buffers, typed arrays and ArrayBuffers as `{"base64": "…"}` at any depth. */
export function stringifyWithBinary(value: unknown): string {
  // `value` is what Buffer's own toJSON made of it; the original is still in its holder.
  return JSON.stringify(value, function (this: Record<string, unknown>, key, value: unknown) {
    return toBase64(this[key]) ?? value;
  });
}

/**
 * Turns every `{"base64": "…"}` of a parsed JSON value into a Buffer: exactly that member, canonical base64
 * with padding. Anything less exact stays the object that it is. The value's depth must be bounded.
 */
export function reviveBinary(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reviveBinary);
  // fromEntries defines members, where an assignment to `__proto__` would change the prototype.
  return fromBase64(value) ?? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, reviveBinary(v)]));
}

/**
 * JSON with Buffers, typed arrays and ArrayBuffers as text that begins with `mark`. Where nothing else can begin
 * with it, `parseMarked` gives back Buffers and nothing that only looks like one.
 */
export function stringifyMarked(value: unknown, mark: string): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, value: unknown) {
    const binary = toBase64(this[key]);
    return binary ? mark + binary.base64 : value;
  });
}

export function parseMarked(text: string, mark: string): unknown {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(mark)
      ? Buffer.from(value.slice(mark.length), "base64")
      : value,
  );
}

function toBase64(value: unknown): Base64 | undefined {
  if (value instanceof ArrayBuffer) return { base64: Buffer.from(value).toString("base64") };
  if (!ArrayBuffer.isView(value)) return undefined;
  return { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
}

function fromBase64(value: object): Buffer | undefined {
  const [[key, text] = [], ...others] = Object.entries(value);
  if (key !== "base64" || typeof text !== "string" || others.length > 0) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
