import { randomBytes } from "node:crypto";

/** 120 random bits: whoever sends them is the client that they were given to. */
export function newPid(): string {
  return randomBytes(15).toString("base64url");
}
