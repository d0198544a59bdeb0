import type { Outcome } from "../../local/lambda/invocation";
import { type Capacity, EnvironmentPool } from "../../local/lambda/pool";
import type { LambdaFunction } from "../../local/template/model";

const PATIENCE_MS = 100;

/** Environments without processes: what they were given ends when the test says so. */
const mockStarted: { finish: () => void }[] = [];
jest.mock("../../local/lambda/environment", () => ({
  Environment: class {
    readonly loaded = Promise.resolve(undefined);
    readonly exited = new Promise<void>(() => undefined);
    readonly ended = false;
    finish = () => {};

    constructor() {
      mockStarted.push(this);
    }

    invoke(): Promise<Outcome> {
      return new Promise((resolve) => {
        this.finish = () => resolve({ type: "result", payload: "null" });
      });
    }

    end(): void {}
  },
}));

const CAPACITY: Capacity = {
  maxPerFunction: 4,
  take: () => true,
  free() {},
  offer() {},
  forget() {},
};

let pool: EnvironmentPool;

beforeEach(() => {
  jest.useFakeTimers();
  mockStarted.length = 0;
  // The pool reads nothing of a function but its reserved concurrency, which this one has not.
  pool = new EnvironmentPool({} as LambdaFunction, { variables: {}, initMs: 0, onLine() {} }, CAPACITY);
});

afterEach(() => jest.useRealTimers());

function invokeTimes(count: number): void {
  for (let index = 0; index < count; index++)
    void pool.invoke({ requestId: String(index), payload: "{}", traceId: "" });
}

/** Time passes, and what it makes happen has happened. */
async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

it("starts two environments at once, and further ones when those are held up", async () => {
  invokeTimes(5);
  await pass(PATIENCE_MS - 1);
  expect(mockStarted).toHaveLength(2);
  await pass(1);
  expect(mockStarted).toHaveLength(3);
  await pass(PATIENCE_MS);
  expect(mockStarted).toHaveLength(4);
});

it("starts no third one while the two take events", async () => {
  invokeTimes(6);
  await pass(0);
  for (let turn = 0; turn < 4; turn++) {
    await pass(PATIENCE_MS - 1);
    mockStarted[turn % 2]?.finish();
  }
  await pass(PATIENCE_MS - 1);
  expect(mockStarted).toHaveLength(2);
});

it("starts no more than a function may have", async () => {
  invokeTimes(20);
  await pass(20 * PATIENCE_MS);
  expect(mockStarted).toHaveLength(4);
});
