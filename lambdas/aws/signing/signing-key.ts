import { createHmac } from "node:crypto";
import type { Credentials } from "./credentials";

/** What a signature is good for. */
export interface Scope {
  /** As `20261123`, UTC. */
  readonly day: string;
  readonly region: string;
  /** As it is named in a credential scope: `execute-api`, `lambda`. */
  readonly service: string;
}

/** Derives the key of a day, and keeps the last one. */
export class SigningKey {
  #id = "";
  #key: Buffer = Buffer.alloc(0);

  of(scope: Scope, { accessKeyId, secretAccessKey, sessionToken = "" }: Credentials): Buffer {
    const id = [...scopeParts(scope), accessKeyId, secretAccessKey, sessionToken].join("\n");
    if (id !== this.#id) {
      this.#key = scopeParts(scope).reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
      this.#id = id;
    }
    return this.#key;
  }
}

export function scopeParts({ day, region, service }: Scope): readonly string[] {
  return [day, region, service, "aws4_request"];
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
