import { type Bill, billOf, gatewayBillOf, type Usage, type Variant } from "../../bench/cost/bill";
import { callsOf } from "../../bench/cost/calls";
import { PRICES } from "../../bench/cost/prices";
import { roomEvent } from "../../bench/cost/room-event";

const NO_TIME = { invocationMs: 0, requestMs: 0, postMs: 0 };
const VARIANT: Variant = { pingSeconds: 480, hasRecovery: true, isOrdered: false };
const USAGE: Usage = { connections: 1_000, connectionMinutes: 30, messagesPerSecond: 10, roomSize: 10 };
const EVENTS = 10 * 730 * 3_600;

function bill(usage: Partial<Usage>, variant: Partial<Variant> = {}, times = NO_TIME): Bill {
  return billOf({ ...USAGE, ...usage }, { ...VARIANT, ...variant }, times);
}

test("events cost their messages, invocations and units", () => {
  const { readUnits, writeUnits } = roomEvent(10, true, NO_TIME).calls;
  const each =
    11 * PRICES.message + PRICES.invocation + readUnits * PRICES.readUnit + writeUnits * PRICES.writeUnit;
  expect(bill({}).events).toBeCloseTo(EVENTS * each, 6);
});

test("recovery costs an event the write of its log entry", () => {
  const saved = bill({}).events - bill({}, { hasRecovery: false }).events;
  expect(saved).toBeCloseTo(EVENTS * PRICES.writeUnit, 6);
});

test("order per connection costs three requests to the queue for each message of a client", () => {
  const more = bill({}, { isOrdered: true }).events - bill({}).events;
  expect(more).toBeCloseTo(EVENTS * 3 * PRICES.queueRequest, 6);
});

test("a Lambda's time is paid for", () => {
  const more = bill({}, {}, { ...NO_TIME, invocationMs: 10 }).events - bill({}).events;
  expect(more).toBeCloseTo(EVENTS * 0.01 * PRICES.gigabyteSecond, 6);
});

test("who is connected costs, whether anybody talks or not", () => {
  const { idle } = bill({ connections: 2_000 });
  const { idle: half } = bill({ connections: 1_000 });
  const { idle: nobody } = bill({ connections: 0 });
  expect(idle - half).toBeCloseTo(half - nobody, 6);
  expect(nobody).toBeGreaterThan(0);
  expect(bill({}, { pingSeconds: 25 }).idle).toBeGreaterThan(5 * half);
});

test("API Gateway's part is a part", () => {
  const part = gatewayBillOf(USAGE, VARIANT);
  const whole = bill({});
  expect(part.idle).toBeLessThan(whole.idle);
  expect(part.events).toBeLessThan(whole.events);
});

test("a room of any size costs a post for each member, and for large ones about what was counted", () => {
  for (const size of [0, 10, 1_000, 1_300, 100_000]) {
    expect(roomEvent(size, true, NO_TIME).calls.posts).toBe(size);
  }
  const { posts, readUnits } = roomEvent(1_300, true, NO_TIME).calls;
  const counted = callsOf("toLarge", true);
  expect({ posts, readUnits: Math.round(readUnits) }).toEqual({
    posts: counted.posts,
    readUnits: counted.readUnits,
  });
});
