import type { Stores } from "../../lambdas/aws/dynamodb/stores";
import { ENV } from "../../lambdas/aws/env";
import { recoveryIn } from "../../lambdas/aws/recovery";
import { isOffset } from "../../lambdas/core/recovery/offsets";
import { MemoryStores } from "../support/memory-stores";

const stores: Stores = new MemoryStores(() => 0);
const ON = {
  [ENV.recoveryWindowSeconds]: "120",
  [ENV.recoveryLogSeconds]: "960",
  [ENV.recoveryOverlapSeconds]: "0.5",
};

describe("connection state recovery from the environment", () => {
  it("is off where the construct does not say how long", () => {
    expect(recoveryIn({}, stores, { disconnect: async () => {} })).toEqual({});
  });

  it("has its times in milliseconds, and offsets of its own", () => {
    const { recovery } = recoveryIn(ON, stores, { disconnect: async () => {} });
    expect(recovery).toMatchObject({ windowMs: 120_000, logMs: 960_000, overlapMs: 500 });
    expect(isOffset(recovery?.drawOffsets(1)[0])).toBe(true);
  });

  it("has connections closed that do not have what was posted, but none that would not catch up", async () => {
    const events: unknown[] = [];
    const { catchUp } = recoveryIn(ON, stores, { disconnect: async (event) => void events.push(event) });
    await catchUp?.([{ connectionId: "one=", catchesUp: true }, { connectionId: "json=" }]);
    expect(events).toEqual([
      { version: 1, connections: [{ connectionId: "one=" }], reason: "transport close", cut: true },
    ]);
  });
});
