import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { LogEntry } from "../../../lambdas/core/recovery/ports";
import { offsetsOneByOne } from "../../support/offsets";
import { MAX_ROOMS, ODD_NAMES, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT } from "./records";

const EVER = { after: offsetBound(0), before: offsetBound(CONNECTED_AT + 1_000_000) };

/** What the core relies on of a `LogStore`. */
export function logContract(setUp: SetUp): void {
  describe("the log of a room's events", () => {
    let clock: TestClock;
    let stores: Stores;
    let next: () => string;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
      next = offsetsOneByOne(() => clock.now);
    });

    const entry = (fields: Partial<LogEntry> = {}): LogEntry => ({
      namespace: "/",
      room: "chat",
      offset: next(),
      frames: ['42["said"]'],
      except: [],
      expiresAt: clock.now / 1_000 + 180,
      ...fields,
    });

    async function read(range = EVER, room = "chat", namespace = "/") {
      const events = [];
      for await (const page of stores.events.read(namespace, room, range)) events.push(...page);
      return events;
    }

    it("answers events as they were emitted, in the order of their offsets", async () => {
      const frames = ['451-["file",{"_placeholder":true,"num":0}]', "bAAEC"];
      const again = { earlier: [entry().offset] };
      const [first, second, third] = [entry(), entry({ frames, except: ["@sid", "quiet"] }), entry(again)];
      await stores.events.append([third, first, second]);
      expect(await read()).toEqual(
        [first, second, third].map(({ offset, frames: its, except, earlier }) => ({
          offset,
          frames: its,
          except,
          earlier,
        })),
      );
    });

    it("keeps more events than one request takes, and pages through them", async () => {
      const many = Array.from({ length: 60 }, () => entry({ frames: ["x".repeat(30_000)] }));
      await stores.events.append(many);
      expect((await read()).map(({ offset }) => offset)).toEqual(many.map(({ offset }) => offset));
    });

    it("answers what lies behind an offset and before a bound", async () => {
      const [first, second] = [entry(), entry()];
      clock.now += 1;
      const third = entry();
      await stores.events.append([first, second, third]);
      const before = offsetBound(clock.now);
      expect(await read({ after: first.offset, before })).toMatchObject([{ offset: second.offset }]);
      expect(await read({ after: second.offset, before })).toEqual([]);
      expect(await read({ after: third.offset, before })).toEqual([]);
    });

    it("answers nothing that has expired", async () => {
      await stores.events.append([entry()]);
      clock.now += 180_000;
      expect(await read()).toEqual([]);
    });

    it("forgets what is removed", async () => {
      const [one, other] = [entry(), entry()];
      await stores.events.append([one, other]);
      await stores.events.remove([one]);
      expect(await read()).toMatchObject([{ offset: other.offset }]);
    });

    it("shows those in front to who reads while many are removed, request by request", async () => {
      const many = Array.from({ length: 100 }, () => entry());
      await stores.events.append(many);
      let isRemoved = false;
      const removing = stores.events.remove(many).finally(() => {
        isRemoved = true;
      });
      while (!isRemoved) {
        const left = new Set((await read()).map(({ offset }) => offset));
        const requests = [0, 25, 50, 75].map((first) => many.slice(first, first + 25));
        const whole = requests.filter((request) => request.every(({ offset }) => left.has(offset))).length;
        for (const { offset } of many.slice((whole + 1) * 25)) expect(left).not.toContain(offset);
      }
      await removing;
      expect(await read()).toEqual([]);
    });

    it.each(ODD_NAMES)("tells the room %p from all others", async (room) => {
      await stores.events.append([entry({ room }), entry({ room: `${room}x` }), entry({ namespace: "/n" })]);
      expect(await read(EVER, room)).toHaveLength(1);
      expect(await read(EVER, room, "/n")).toEqual([]);
    });
  });
}
