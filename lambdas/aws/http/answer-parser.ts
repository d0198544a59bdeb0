/** One answer to one request. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The connection takes no further request. */
  readonly isLast: boolean;
}

type Framing =
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-closed" };

interface Head {
  readonly status: number;
  readonly framing: Framing;
  readonly isLast: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [^\r\n]*)?(?:\r\n|$)/;
/** The fields that say where the answer ends; all others are skipped. */
const FRAMING_FIELD = /\r\n(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*)/gi;
const CHUNK_SIZE = /^([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?$/i;
const NO_CONTENT_LENGTH: Framing = { kind: "length", length: 0 };

/**
 * Takes the answers of one connection apart (RFC 9112), one after the other. Bytes are characters here, latin1:
 * an answer is short, and strings are searched fastest.
 */
export class AnswerParser {
  #unread = "";
  #head: Head | undefined;
  #chunks = "";

  /** The answer, once it is complete. Throws when what came is no HTTP. */
  read(bytes: string): Answer | undefined {
    this.#unread = this.#unread === "" ? bytes : this.#unread + bytes;
    const head = this.#readHead();
    if (head === undefined) return undefined;
    const body = this.#readBody(head.framing);
    return body === undefined ? undefined : this.#finish(head, body);
  }

  /** The other side has closed: the answer, if that is how it ends. */
  end(): Answer | undefined {
    const head = this.#head;
    return head?.framing.kind === "until-closed"
      ? this.#finish(head, this.#take(this.#unread.length))
      : undefined;
  }

  #readHead(): Head | undefined {
    while (this.#head === undefined) {
      const end = this.#unread.indexOf("\r\n\r\n");
      if (end < 0) return undefined;
      const head = parseHead(this.#take(end + 4).slice(0, end));
      // An interim answer (RFC 9110, 15.2): the real one follows.
      if (head.status >= 200) this.#head = head;
    }
    return this.#head;
  }

  #readBody(framing: Framing): string | undefined {
    if (framing.kind === "until-closed") return undefined;
    if (framing.kind === "chunked") return this.#readChunks();
    return this.#unread.length < framing.length ? undefined : this.#take(framing.length);
  }

  #readChunks(): string | undefined {
    for (;;) {
      const line = this.#unread.indexOf("\r\n");
      if (line < 0) return undefined;
      const size = chunkSizeOf(this.#unread.slice(0, line));
      if (size === 0) return this.#readTrailers(line);
      const end = line + 2 + size;
      if (this.#unread.length < end + 2) return undefined;
      this.#chunks += this.#take(end + 2).slice(line + 2, end);
    }
  }

  /** Trailer fields up to an empty line; none of them matters. */
  #readTrailers(line: number): string | undefined {
    const end = this.#unread.indexOf("\r\n\r\n", line);
    if (end < 0) return undefined;
    this.#take(end + 4);
    return this.#chunks;
  }

  #finish({ status, isLast }: Head, bytes: string): Answer {
    // Nobody asked for more than one answer.
    const isStray = this.#unread !== "";
    this.#head = undefined;
    this.#chunks = "";
    const body = bytes === "" ? "" : Buffer.from(bytes, "latin1").toString();
    return { status, body, isLast: isLast || isStray };
  }

  #take(length: number): string {
    const taken = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    return taken;
  }
}

function parseHead(text: string): Head {
  const line = STATUS_LINE.exec(text);
  if (!line) throw new Error("the answer is no HTTP/1.1");
  const status = Number(line[2]);
  const lengths = new Set<string>();
  let isChunked = false;
  let isLast = line[1] === "0";
  for (const [, name = "", value = ""] of text.matchAll(FRAMING_FIELD)) {
    const field = name.toLowerCase();
    if (field === "content-length") lengths.add(value.trim());
    else if (field === "connection") isLast ||= /\bclose\b/i.test(value);
    else isChunked = /\bchunked[ \t]*$/i.test(value);
  }
  if (status < 200 || status === 204 || status === 304) return { status, framing: NO_CONTENT_LENGTH, isLast };
  if (isChunked) return { status, framing: { kind: "chunked" }, isLast };
  if (lengths.size === 0) return { status, framing: { kind: "until-closed" }, isLast: true };
  return { status, framing: { kind: "length", length: lengthOf(lengths) }, isLast };
}

function lengthOf(lengths: ReadonlySet<string>): number {
  const [length = "", ...others] = lengths;
  if (others.length > 0 || !/^\d{1,10}$/.test(length)) throw new Error("the answer's length is unclear");
  return Number(length);
}

function chunkSizeOf(line: string): number {
  const size = CHUNK_SIZE.exec(line)?.[1];
  if (size === undefined) throw new Error("the answer's chunks are malformed");
  return Number.parseInt(size, 16);
}
