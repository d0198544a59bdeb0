import { createGateway } from "../../lambdas/aws/gateway";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import type { Gateway } from "../../lambdas/core/ports";
import { HttpStub, type StubAnswer } from "../support/http-stub";

const OK: StubAnswer = { status: 200 };
const GONE: StubAnswer = { status: 410, headers: { "x-amzn-ErrorType": "GoneException" } };
const THROTTLED: StubAnswer = { status: 429, headers: { "x-amzn-ErrorType": "LimitExceededException" } };

const OLD = { connectionId: "L0SM9cOFvHcCIhw=" };

describe("the gateway", () => {
  const stub = new HttpStub();
  const logged: unknown[] = [];
  const pauses: number[] = [];
  const keepAlive = new KeepAlive();
  let now = 0;
  let url = "";
  let gateway: Gateway;

  const clock = {
    now: () => now,
    pause: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
  const gatewayAt = (callbackUrl: string | undefined) =>
    createGateway({
      callbackUrl,
      keepAlive,
      clock,
      log: { warn: () => {}, error: (message, details) => void logged.push([message, details]) },
    });

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    url = await stub.start();
    gateway = gatewayAt(`${url}/prod`);
  });

  beforeEach(() => {
    stub.requests.length = 0;
    stub.onRequest = () => {};
    logged.length = 0;
    pauses.length = 0;
    now = 1_000_000;
  });

  afterAll(() => stub.stop());

  test("posts a frame as it is, to the percent-encoded id under the stage", async () => {
    stub.answer = () => OK;
    expect(await gateway.post(OLD, '42["é"]')).toBe("sent");
    expect(stub.requests).toEqual([
      { method: "POST", path: "/prod/@connections/L0SM9cOFvHcCIhw%3D", body: '42["é"]' },
    ]);
  });

  test.each(["", "é".repeat(64 * 1024)])("posts frames of all lengths", async (frame) => {
    stub.answer = () => OK;
    expect(await gateway.post(OLD, frame)).toBe("sent");
    expect(stub.requests.map(({ body }) => body)).toEqual([frame]);
  });

  test("an old connection's 410 is gone at once", async () => {
    stub.answer = () => GONE;
    expect(await gateway.post(OLD, "x")).toBe("gone");
    expect(stub.requests).toHaveLength(1);
  });

  test("a newborn connection's 410 is tried again until it is live", async () => {
    stub.answer = () => (stub.requests.length < 7 ? GONE : OK);
    expect(await gateway.post({ ...OLD, newbornUntil: now + 10_000 }, "x")).toBe("sent");
    expect(pauses).toEqual([50, 100, 200, 400, 400, 400]);
  });

  test("and is gone when the connection is not so young any more", async () => {
    stub.answer = () => GONE;
    expect(await gateway.post({ ...OLD, newbornUntil: now + 120 }, "x")).toBe("gone");
    expect(pauses).toEqual([50, 100]);
  });

  test("429 is tried again for 2 s, ever more slowly and with jitter, and is throttled then", async () => {
    stub.answer = () => THROTTLED;
    expect(await gateway.post(OLD, "x")).toBe("throttled");
    expect(stub.requests).toHaveLength(pauses.length + 1);
    pauses.forEach((ms, retry) => {
      expect(ms).toBeGreaterThanOrEqual(Math.min(50 * 2 ** retry, 800) * 0.5);
      expect(ms).toBeLessThan(Math.min(50 * 2 ** retry, 800) * 1.5);
    });
    expect(now).toBeLessThan(1_002_000);
    // The longest that three waits take is 525 ms.
    expect(pauses.length).toBeGreaterThanOrEqual(4);
  });

  test("429 and then 200 is sent", async () => {
    stub.answer = () => (stub.requests.length < 3 ? THROTTLED : OK);
    expect(await gateway.post(OLD, "x")).toBe("sent");
  });

  test("who slows down by itself is told of the first 429", async () => {
    stub.answer = () => THROTTLED;
    expect(await gateway.post(OLD, "x", { retryThrottledMs: 0 })).toBe("throttled");
    expect(stub.requests).toHaveLength(1);
  });

  test.each([400, 403, 413])("what API Gateway refuses (%i) failed, and the log says why", async (status) => {
    stub.answer = () => ({ status, body: '{"message":"no"}' });
    expect(await gateway.post(OLD, "secret")).toBe("failed");
    expect(stub.requests).toHaveLength(1);
    expect(logged).toEqual([
      ["a post failed", { connectionId: OLD.connectionId, status, answer: '{"message":"no"}' }],
    ]);
  });

  test.each([500, 502, 503, 504])("what nobody knows (%i) is never posted again", async (status) => {
    stub.answer = () => ({ status });
    expect(await gateway.post(OLD, "x")).toBe("unknown");
    expect(stub.requests).toHaveLength(1);
    expect(logged).toHaveLength(1);
  });

  test("a post whose connection breaks is never posted again", async () => {
    stub.onRequest = () => stub.disconnect();
    expect(await gateway.post(OLD, "x")).toBe("unknown");
    expect(stub.requests).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test("a post that cannot leave is tried again for 2 s, and failed then", async () => {
    const closed = new HttpStub();
    const nowhere = await closed.start();
    await closed.stop();
    expect(await gatewayAt(`${nowhere}/prod`).post(OLD, "x")).toBe("failed");
    expect(pauses.length).toBeGreaterThanOrEqual(4);
    expect(now).toBeLessThan(1_002_000);
    expect(logged).toHaveLength(1);
  });

  test("without credentials nothing leaves", async () => {
    const { AWS_ACCESS_KEY_ID } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await gatewayAt(url).post(OLD, "x")).toBe("failed");
    expect(stub.requests).toEqual([]);
    process.env.AWS_ACCESS_KEY_ID = AWS_ACCESS_KEY_ID;
  });

  test("a function that is not told where to post to says so", async () => {
    await expect(gatewayAt(undefined).post(OLD, "x")).rejects.toThrow("not told where to post");
  });

  describe("closing", () => {
    test("deletes the connection, and does not mind one that is gone", async () => {
      stub.answer = () => ({ status: 204 });
      expect(await gateway.close(OLD.connectionId)).toBe("closed");
      stub.answer = () => GONE;
      expect(await gateway.close(OLD.connectionId)).toBe("gone");
      expect(stub.requests).toEqual([DELETED, DELETED]);
    });

    test("is tried again whatever happened: a connection is closed once only", async () => {
      const answers = [{ status: 500 }, THROTTLED, { status: 204 }];
      stub.answer = () => answers[stub.requests.length - 1] ?? OK;
      await gateway.close(OLD.connectionId);
      expect(stub.requests).toHaveLength(3);
    });

    test("fails where it is refused", async () => {
      stub.answer = () => ({ status: 403, body: "no" });
      await expect(gateway.close(OLD.connectionId)).rejects.toThrow("403");
      expect(stub.requests).toHaveLength(1);
    });
  });
});

const DELETED = { method: "DELETE", path: "/prod/@connections/L0SM9cOFvHcCIhw%3D", body: "" };
