import { hash } from "node:crypto";
import type { Credentials } from "./credentials";
import { escapeSegment } from "./escape";
import { PrefixedHmac } from "./prefixed-hmac";
import { SigningKey, scopeParts } from "./signing-key";

/** What all requests of a client have in common. */
export interface SignerProps {
  readonly service: string;
  readonly region: string;
  /** As the `host` header has it. */
  readonly host: string;
  /** What all paths begin with, as it is sent; no slash at its end. */
  readonly basePath: string;
  /** Further headers of requests with a body, by their names in lower case. */
  readonly bodyHeaders: Readonly<Record<string, string>>;
  /** Asked for once a second. */
  readonly credentials: () => Credentials;
}

/** An HTTP/1.1 request, all of it. */
export interface SignedRequest {
  readonly text: string;
  /** `latin1` where each character is one byte: it is written in less time. */
  readonly encoding: "latin1" | "utf8";
}

/** What the signatures of one second share. */
interface Second {
  readonly number: number;
  readonly longDate: string;
  readonly sessionToken: string | undefined;
  /** Of the authorization header, up to the names of the headers. */
  readonly credential: string;
  readonly hmac: PrefixedHmac;
}

/** What requests with one body share, in one second. */
interface Form {
  /** Of the canonical request, what follows the path. */
  readonly canonicalRest: string;
  /** What follows the path, up to the signature, and what follows that. */
  readonly head: string;
  readonly end: string;
  readonly encoding: SignedRequest["encoding"];
}

/** A delivery posts few texts at a time: an event in each protocol, a binary packet's frames. */
const MAX_FORMS = 16;

/** Of a SHA-256 in hexadecimal. */
const HASH_CHARACTERS = 64;

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Signs with Signature Version 4, exactly as the SDK's signer does for the same headers. A broadcast posts the
 * same text to many paths: all but the path and the signature is put together once, so that a request costs
 * one SHA-256 and the end of one HMAC.
 */
export class RequestSigner {
  readonly #props: SignerProps;
  readonly #canonicalBase: string;
  readonly #key = new SigningKey();
  readonly #forms = new Map<string | undefined, Form>();
  #second: Second | undefined;

  constructor(props: SignerProps) {
    this.#props = props;
    this.#canonicalBase = props.basePath.split("/").map(escapeSegment).join("/");
  }

  /**
   * `path`, below the base, is made of slashes and escaped segments; `now` is in milliseconds since the epoch.
   * Throws where there are no credentials.
   */
  sign(method: string, path: string, body: string | undefined, now: number): SignedRequest {
    const second = this.#secondOf(now);
    const form = this.#forms.get(body) ?? this.#prepare(second, body);
    // Escaped for the wire already, and for the signature once more: nothing but % is left to escape.
    const canonical = `${method}\n${this.#canonicalBase}${path.replaceAll("%", "%25")}${form.canonicalRest}`;
    const signature = second.hmac.hex(hash("sha256", canonical));
    return {
      text: `${method} ${this.#props.basePath}${path}${form.head}${signature}${form.end}`,
      encoding: form.encoding,
    };
  }

  #secondOf(now: number): Second {
    const number = Math.floor(now / 1000);
    if (this.#second?.number === number) return this.#second;
    const credentials = this.#props.credentials();
    const longDate = new Date(number * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
    const { region, service } = this.#props;
    const scope = { day: longDate.slice(0, 8), region, service };
    const path = scopeParts(scope).join("/");
    this.#forms.clear();
    this.#second = {
      number,
      longDate,
      sessionToken: credentials.sessionToken,
      credential: `${ALGORITHM} Credential=${credentials.accessKeyId}/${path}`,
      hmac: new PrefixedHmac(
        this.#key.of(scope, credentials),
        `${ALGORITHM}\n${longDate}\n${path}\n`,
        HASH_CHARACTERS,
      ),
    };
    return this.#second;
  }

  #prepare({ longDate, sessionToken, credential }: Second, body: string | undefined): Form {
    const payloadHash = hash("sha256", body ?? "");
    const bytes = Buffer.byteLength(body ?? "");
    const headers = Object.entries({
      host: this.#props.host,
      "x-amz-content-sha256": payloadHash,
      "x-amz-date": longDate,
      ...(sessionToken && { "x-amz-security-token": sessionToken }),
      ...(body !== undefined && { "content-length": String(bytes), ...this.#props.bodyHeaders }),
    }).sort(([a], [b]) => (a < b ? -1 : 1));
    const names = headers.map(([name]) => name).join(";");
    const form: Form = {
      canonicalRest: `\n\n${headers.map(([name, value]) => `${name}:${value}\n`).join("")}\n${names}\n${payloadHash}`,
      head: ` HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}authorization: ${credential}, SignedHeaders=${names}, Signature=`,
      end: `\r\n\r\n${body ?? ""}`,
      encoding: bytes === (body?.length ?? 0) ? "latin1" : "utf8",
    };
    if (this.#forms.size === MAX_FORMS) this.#forms.clear();
    this.#forms.set(body, form);
    return form;
  }
}
