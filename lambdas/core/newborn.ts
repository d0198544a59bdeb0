import type { Recipient } from "./records";

/** A client gives up after 20 s without an open packet; greeting it later helps nobody. */
const GREETED_WITHIN_MS = 20_000;

/** A connection that has not been heard from: its first frame is tried until it is live. */
export function newborn({
  connectionId,
  connectedAt,
}: {
  readonly connectionId: string;
  readonly connectedAt: number;
}): Recipient & { readonly newbornUntil: number } {
  return { connectionId, newbornUntil: connectedAt + GREETED_WITHIN_MS };
}
