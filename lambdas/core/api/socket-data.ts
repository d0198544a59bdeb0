const MAX_DATA_BYTES = 16 * 1024;

type Data = Record<string, unknown>;

/** `socket.data`: an object that the app changes as it likes, and a memory of what the table holds. */
export class SocketData {
  value: Data;
  #stored: Map<string, string>;

  constructor(stored: Readonly<Data>) {
    this.value = structuredClone(stored);
    this.#stored = encodeKeys(this.value);
  }

  /**
   * The top-level keys that changed since the last call, as JSON makes them; `undefined` marks a removed
   * key. Nothing at all when nothing changed.
   *
   * @throws when the whole is over 16 KB or no JSON.
   */
  takeChanges(): Readonly<Data> | undefined {
    const now = encodeKeys(this.value);
    const changed = [...now].filter(([key, json]) => this.#stored.get(key) !== json);
    const removed = [...this.#stored.keys()].filter((key) => !now.has(key));
    if (changed.length + removed.length === 0) return undefined;
    assertSize(now);
    this.#stored = now;
    // fromEntries defines its keys, so that "__proto__" is one like any other.
    return Object.fromEntries([
      ...changed.map(([key, json]) => [key, JSON.parse(json)]),
      ...removed.map((key) => [key, undefined]),
    ]);
  }
}

function encodeKeys(data: unknown): Map<string, string> {
  if (typeof data !== "object" || data === null) {
    throw new TypeError(`socket.data: expected an object, got ${data === null ? "null" : typeof data}`);
  }
  const encoded = Object.entries(data).map(([key, value]): [string, string | undefined] => [
    key,
    JSON.stringify(value),
  ]);
  return new Map(encoded.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function assertSize(encoded: ReadonlyMap<string, string>): void {
  let bytes = 0;
  for (const [key, json] of encoded) bytes += Buffer.byteLength(key) + Buffer.byteLength(json) + 4;
  if (bytes > MAX_DATA_BYTES) {
    throw new RangeError(`socket.data: expected at most ${MAX_DATA_BYTES} bytes of JSON, got ${bytes}`);
  }
}
