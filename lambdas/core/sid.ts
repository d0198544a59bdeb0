import { randomBytes } from "node:crypto";

/**
 * `@` and 20 random characters of the base64url alphabet (120 bits). Nobody can join another's own room,
 * since apps may not join rooms that begin with `@`, and random keys split a room into even ranges.
 */
export function newSid(): string {
  return `@${randomBytes(15).toString("base64url")}`;
}
