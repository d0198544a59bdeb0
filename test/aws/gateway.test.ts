import { createGateway } from "../../lambdas/aws/gateway";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import type { Gateway } from "../../lambdas/core/ports";
import { HttpStub, type StubAnswer } from "../support/http-stub";

const GONE: StubAnswer = { status: 410, headers: { "x-amzn-ErrorType": "GoneException" } };
const THROTTLED: StubAnswer = { status: 429, headers: { "x-amzn-ErrorType": "LimitExceededException" } };
const TOO_LARGE: StubAnswer = { status: 413, headers: { "x-amzn-ErrorType": "PayloadTooLargeException" } };

const OLD = { connectionId: "L0SM9cOFvHcCIhw=" };

describe("the gateway", () => {
  const stub = new HttpStub();
  const logged: string[] = [];
  let gateway: Gateway;
  let now = 1_000_000;

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    const log = { warn: () => {}, error: (message: string) => void logged.push(message) };
    gateway = createGateway({
      callbackUrl: `${await stub.start()}/prod`,
      keepAlive: new KeepAlive(),
      now: () => now,
      log,
    });
  });

  beforeEach(() => {
    stub.requests.length = 0;
    logged.length = 0;
    now = 1_000_000;
  });

  afterAll(() => stub.stop());

  test("posts a frame as it is, to the percent-encoded id under the stage", async () => {
    stub.answer = () => ({ status: 200 });
    expect(await gateway.post(OLD, '42["é"]')).toBe("sent");
    expect(stub.requests).toEqual([
      { method: "POST", path: "/prod/@connections/L0SM9cOFvHcCIhw%3D", body: '42["é"]' },
    ]);
  });

  test("an old connection's 410 is gone at once", async () => {
    stub.answer = () => GONE;
    expect(await gateway.post(OLD, "x")).toBe("gone");
    expect(stub.requests).toHaveLength(1);
  });

  test("a newborn connection's 410 is tried again until it is live", async () => {
    stub.answer = () => (stub.requests.length < 3 ? GONE : { status: 200 });
    expect(await gateway.post({ ...OLD, newbornUntil: now + 1_000 }, "x")).toBe("sent");
    expect(stub.requests).toHaveLength(3);
  });

  test("and is gone when the connection is not so young any more", async () => {
    stub.answer = () => {
      now += 6_000;
      return GONE;
    };
    expect(await gateway.post({ ...OLD, newbornUntil: now + 10_000 }, "x")).toBe("gone");
    expect(stub.requests).toHaveLength(2);
  });

  test("429 to the last is throttled", async () => {
    stub.answer = () => THROTTLED;
    expect(await gateway.post(OLD, "x")).toBe("throttled");
    expect(stub.requests).toHaveLength(4);
  });

  test.each([500, 503])("an outcome that nobody knows (%i) is never posted again", async (status) => {
    stub.answer = () => ({ status });
    expect(await gateway.post(OLD, "x")).toBe("failed");
    expect(stub.requests).toHaveLength(1);
  });

  test("anything else failed, and is logged", async () => {
    stub.answer = () => TOO_LARGE;
    expect(await gateway.post(OLD, "x")).toBe("failed");
    expect(logged).toEqual(["a post failed"]);
  });

  test("closes a connection, and does not mind one that is gone", async () => {
    stub.answer = () => ({ status: 204 });
    expect(await gateway.close(OLD.connectionId)).toBe("closed");
    stub.answer = () => GONE;
    expect(await gateway.close(OLD.connectionId)).toBe("gone");
    expect(stub.requests.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
  });
});
