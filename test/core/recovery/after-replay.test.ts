import { Server } from "../../../lambdas/core";
import { isInQuestion, replayGate } from "../../../lambdas/core/recovery/after-replay";
import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { ReplayEnd } from "../../../lambdas/core/recovery/ports";
import { VirtualTime } from "../../support/virtual-time";
import { recoverable } from "./returning-client";

const offset = (ms: number) => `${offsetBound(ms)}000000000`;

/** Of a socket whose `activeFrom` is now. */
function recovery() {
  const service = recoverable(new Server());
  const from = service.now;
  const member = { connectionId: "c=", sid: "@abcdefghijklmnopqrst", activeFrom: from };
  const { replays } = service.stores;
  const { end } = replays;
  let reads = 0;
  replays.end = (socket) => {
    reads += 1;
    return end.call(replays, socket);
  };
  const finish = (ended: ReplayEnd) => replays.finish(member, ended, from / 1_000 + 600);
  return { service, time: new VirtualTime(service), member, from, reads: () => reads, finish };
}

const endOf = (from: number) => ({ boundary: from + 500, endedAt: from + 2_000, recent: [] });

describe("what is posted to a socket that is being recovered", () => {
  test("waits until that is over, and is left out as far as it was in it", async () => {
    const { service, time, member, from, reads, finish } = recovery();
    const ask = async (...offsets: (string | undefined)[]) => {
      const gate = replayGate(service.services);
      const verdicts: string[] = [];
      for (const one of offsets) verdicts.push(await gate({ member, offset: one }));
      return verdicts;
    };
    const asking = ask(offset(from + 400), offset(from + 500), undefined);
    await time.run(Promise.all([asking, time.pause(2_000).then(() => finish(endOf(from)))]));
    expect(await asking).toEqual(["replayed", "post", "post"]);
    expect(service.now).toBeGreaterThanOrEqual(from + 2_000);
    expect(service.now).toBeLessThan(from + 3_000);
    const looks = reads();
    expect(looks).toBeLessThan(10);
    await time.run(ask(offset(from + 600), offset(from + 700)));
    expect(reads() - looks).toBe(1);
  });

  test("is left out under a second offset, too, if it was in it under the first", async () => {
    const { service, time, member, from, finish } = recovery();
    await finish({ ...endOf(from), recent: [offset(from + 300)] });
    const gate = replayGate(service.services);
    const again = (first: number) => gate({ member, offset: offset(from + 700), earlier: [offset(first)] });
    const verdicts = Promise.all([again(from + 300), again(from + 301)]);
    await time.run(verdicts);
    expect(await verdicts).toEqual(["replayed", "post"]);
  });

  test("has its connection cut at once where the recovery broke off", async () => {
    const { service, time, member, from, finish } = recovery();
    await finish("broken");
    const verdict = replayGate(service.services)({ member, offset: offset(from + 600) });
    await time.run(verdict);
    expect(await verdict).toBe("broken");
    expect(service.now).toBeLessThan(from + 500);
  });

  test("goes on in the order in which it came", async () => {
    const { service, time, member, from, finish } = recovery();
    const order: number[] = [];
    const come = async (ms: number) => {
      await time.pause(ms);
      await replayGate(service.services)({ member, offset: offset(from + ms) });
      order.push(ms);
    };
    const times = Array.from({ length: 300 }, (_, index) => 550 + index * 17);
    await time.run(Promise.all([...times.map(come), time.pause(2_000).then(() => finish(endOf(from)))]));
    expect(order).toEqual(times);
  });
});

describe("whether a post has to wait", () => {
  test("is not asked of a socket that was never recovered, or not lately", () => {
    const { member, from } = recovery();
    const late = from + 10_000;
    expect(isInQuestion({ member: { ...member, activeFrom: undefined }, offset: offset(from) }, from)).toBe(
      false,
    );
    expect(isInQuestion({ member, offset: offset(late) }, late)).toBe(false);
    expect(isInQuestion({ member }, late)).toBe(false);
  });

  test("depends on when the event was emitted, however late it is posted", () => {
    const { member, from } = recovery();
    expect(isInQuestion({ member, offset: offset(from + 9_999) }, from + 60_000)).toBe(true);
    expect(isInQuestion({ member, offset: offset(from + 12_000), earlier: [offset(from)] }, from)).toBe(true);
  });
});
