import type { Recipient } from "../records";

/** API Gateway waits 29 s for `$connect`. Until it has returned, whatever is asked of a connection answers 410. */
const OPENED_WITHIN_MS = 30_000;

/** A client gives up after 20 s without an open packet; greeting it later helps nobody. */
const GREETED_WITHIN_MS = 20_000;

/** How long a delivery tries: `$connect` seldom takes longer, and one client that left at once holds it up. */
export const DELIVERED_WITHIN_MS = 2_000;

/** Whether a 410 may say that the WebSocket is not open yet: who then takes it for gone leaves its client deaf. */
export function mayStillOpen({ connectedAt }: { readonly connectedAt: number }, now: number): boolean {
  return now < connectedAt + OPENED_WITHIN_MS;
}

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
