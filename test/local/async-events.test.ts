import { AsyncEvents } from "../../local/lambda/async-events";
import type { Outcome } from "../../local/lambda/invocation";
import type { LambdaFunction } from "../../local/template/model";

const RESULT: Outcome = { type: "result", payload: "null" };
const ERROR: Outcome = { type: "error", error: { errorMessage: "no luck" } };
const RETRY_MS = 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function eventWith(...outcomes: readonly Outcome[]) {
  const left = [...outcomes];
  const invoke = jest.fn(async (): Promise<Outcome> => left.shift() ?? RESULT);
  const dropped = jest.fn();
  // Nothing else of the function is looked at.
  const fn = { async: { maximumRetryAttempts: 2, maximumEventAgeSeconds: 60 } } as LambdaFunction;
  return { fn: () => fn, invoke, dropped };
}

it("is as old as the oldest event that is neither done nor dropped", async () => {
  const events = new AsyncEvents({ asyncRetryDelaysMs: [RETRY_MS] });
  expect(events.ageMs).toBe(0);
  const first = events.accept((attempts) => attempts(eventWith(ERROR, RESULT)));
  await jest.advanceTimersByTimeAsync(400);
  const second = events.accept((attempts) => attempts(eventWith(ERROR, RESULT)));
  await jest.advanceTimersByTimeAsync(500);
  expect(events.ageMs).toBe(900);
  await jest.advanceTimersByTimeAsync(100);
  await first;
  expect(events.ageMs).toBe(600);
  await jest.advanceTimersByTimeAsync(400);
  await second;
  expect(events.ageMs).toBe(0);
});

it("drops an event after the last attempt that its function's settings allow", async () => {
  const events = new AsyncEvents({ asyncRetryDelaysMs: [RETRY_MS] });
  const event = eventWith(ERROR, ERROR, ERROR);
  const accepted = events.accept((attempts) => attempts(event));
  await jest.advanceTimersByTimeAsync(2 * RETRY_MS);
  await accepted;
  expect(event.invoke).toHaveBeenCalledTimes(3);
  expect(event.dropped).toHaveBeenCalledWith(3);
  expect(events.ageMs).toBe(0);
});

it("tries nothing again when it is stopped", async () => {
  const events = new AsyncEvents({ asyncRetryDelaysMs: [RETRY_MS] });
  const event = eventWith(ERROR, RESULT);
  const accepted = events.accept((attempts) => attempts(event));
  await jest.advanceTimersByTimeAsync(RETRY_MS / 2);
  events.stop();
  await accepted;
  expect(event.invoke).toHaveBeenCalledTimes(1);
  expect(event.dropped).not.toHaveBeenCalled();
});
