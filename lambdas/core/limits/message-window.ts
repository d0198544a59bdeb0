import type { LimitSettings } from "../settings";

/** A window is long enough for a thousand messages: then drawing some of them tells how many there were. */
const WINDOW_MESSAGES = 1_000;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 60_000;

/** The window that a message is counted in, and how many may be in one. */
export interface MessageWindow {
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly most: number;
  readonly mostOfUser: number;
}

/** `undefined` where messages are not limited. */
export function messageWindow(limits: LimitSettings, arrivedAt: number): MessageWindow | undefined {
  const { messagesPerSecond = Infinity, userMessagesPerSecond = Infinity } = limits;
  const least = Math.min(messagesPerSecond, userMessagesPerSecond);
  if (least === Infinity) return undefined;
  const ms = Math.round(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (1_000 * WINDOW_MESSAGES) / least)));
  return {
    startsAt: arrivedAt - (arrivedAt % ms),
    most: Math.floor((messagesPerSecond * ms) / 1_000),
    mostOfUser: Math.floor((userMessagesPerSecond * ms) / 1_000),
  };
}
