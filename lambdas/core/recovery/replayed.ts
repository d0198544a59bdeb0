import type { ReplayedRange, SocketRecord } from "../records";
import { type Offset, offsetBound } from "./offsets";
import type { Recovery } from "./ports";

/** They are kept with the socket. */
const MAX_RANGES = 20;

type Ranges = readonly ReplayedRange[] | undefined;

/** Whether an earlier recovery sent the event: who comes late with it must not post it. */
export function isReplayed(ranges: Ranges, offset: Offset): boolean {
  return ranges?.some(({ after, upTo }) => after < offset && offset <= upTo) ?? false;
}

/** As far as the client has got it: from `last` on it is sent all of it again. */
export function replayedUpTo(ranges: Ranges = [], last: Offset): Ranges {
  const got = ranges.map(({ after, upTo }) => ({ after, upTo: upTo < last ? upTo : last }));
  return unlessEmpty(got.filter(({ after, upTo }) => after < upTo));
}

/**
 * With what its own recovery sent it, of all that was emitted before `boundary`. What is older than the logs nobody
 * posts any more. Both times in milliseconds since the epoch.
 */
export function withReplay({ logMs }: Recovery, socket: SocketRecord, boundary: number, now: number): Ranges {
  const { replayedAfter, replayed = [] } = socket;
  if (replayedAfter === undefined) return undefined;
  const all = [...replayed, { after: replayedAfter, upTo: offsetBound(boundary) }];
  return unlessEmpty(all.filter(({ upTo }) => upTo > offsetBound(now - logMs)).slice(-MAX_RANGES));
}

function unlessEmpty(ranges: readonly ReplayedRange[]): Ranges {
  return ranges.length === 0 ? undefined : ranges;
}
