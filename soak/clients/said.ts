import type { Received } from "../log";

/** What comes with "said": what the app has sent, and behind it the offset, where the service sends one. */
export function readSaid([event, execution, index, offset]: readonly unknown[]): Pick<
  Received,
  "event" | "execution" | "index" | "offset"
> {
  return {
    event: String(event),
    execution: String(execution),
    index: Number(index),
    offset: typeof offset === "string" ? offset : undefined,
  };
}
