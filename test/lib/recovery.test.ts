import { Duration } from "aws-cdk-lib";
import { ENV } from "../../lambdas/aws/env";
import type { RoomcastProps } from "../../lib";
import { settingsOf } from "../../lib/settings";
import { functionNamed, synthesize } from "./synthesize";

const POSTING = ["Open", "Message", "Disconnect", "Deliver", "Push", "Heartbeat"];

function variablesOf(props: RoomcastProps, name: string): readonly unknown[] {
  const { Variables } = functionNamed(synthesize(props), name).Properties.Environment;
  const { recoveryWindowSeconds, recoveryLogSeconds, recoveryOverlapSeconds } = ENV;
  return [recoveryWindowSeconds, recoveryLogSeconds, recoveryOverlapSeconds].map((key) => Variables[key]);
}

describe("connection state recovery", () => {
  it.each(POSTING)("is on by default in %s, and events outlast the window by an unnoticed drop", (name) => {
    expect(variablesOf({}, name)).toEqual(["120", String(120 + 480 + 120 + 240), "0"]);
  });

  it("is what the construct says", () => {
    const props = {
      recoveryWindow: Duration.minutes(5),
      recoveryOverlap: Duration.millis(500),
      pingInterval: Duration.minutes(4),
      pingTimeout: Duration.minutes(1),
    };
    expect(variablesOf(props, "Message")).toEqual(["300", String(300 + 240 + 60 + 240), "0.5"]);
  });

  it.each([false, Duration.seconds(0)] as const)("is off with %p", (recoveryWindow) => {
    expect(variablesOf({ recoveryWindow }, "Message")).toEqual([undefined, undefined, undefined]);
  });

  it("cannot be on for longer than an hour", () => {
    const check = () => settingsOf({ app: __filename, recoveryWindow: Duration.minutes(61) });
    expect(check).toThrow("Roomcast: recoveryWindow must be false or 0 to 3600 seconds, got 3660");
  });

  it("cannot send again what was emitted longer ago than a minute", () => {
    const check = () => settingsOf({ app: __filename, recoveryOverlap: Duration.seconds(61) });
    expect(check).toThrow("Roomcast: recoveryOverlap must be 0 to 60 seconds, got 61");
  });
});
