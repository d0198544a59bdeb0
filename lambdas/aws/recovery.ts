import { catchUp } from "../core/recovery/catching-up";
import { offsetSource } from "../core/recovery/offsets";
import { SecondWrites } from "../core/recovery/second-writes";
import type { PostServices } from "../core/services";
import type { Stores } from "./dynamodb/stores";
import { ENV } from "./env";
import { millisecondsIn } from "./settings";

/** Connection state recovery, where the construct has it on. */
export function recoveryIn(
  env: Readonly<Record<string, string | undefined>>,
  { events, undelivered, sessions, replays }: Stores,
  invoker: PostServices["invoker"],
): Pick<PostServices, "recovery" | "catchUp"> {
  if (env[ENV.recoveryWindowSeconds] === undefined) return {};
  return {
    recovery: {
      windowMs: millisecondsIn(env, ENV.recoveryWindowSeconds),
      logMs: millisecondsIn(env, ENV.recoveryLogSeconds),
      overlapMs: millisecondsIn(env, ENV.recoveryOverlapSeconds),
      drawOffsets: offsetSource(Date.now),
      secondWrites: new SecondWrites(),
      events,
      undelivered,
      sessions,
      replays,
    },
    catchUp: (recipients) => catchUp({ invoker }, recipients),
  };
}
