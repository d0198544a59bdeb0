import { createInvoker } from "../../lambdas/aws/invoker";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { type DisconnectEvent, EVENT_VERSION } from "../../lambdas/core/internal-events";
import { HttpStub } from "../support/http-stub";

const EVENT: DisconnectEvent = {
  version: EVENT_VERSION,
  connections: [{ connectionId: "c=" }],
  reason: "ping timeout",
  cut: true,
};

describe("the invoker", () => {
  const stub = new HttpStub();
  const variables = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

  beforeAll(async () => {
    Object.assign(process.env, variables, { AWS_ENDPOINT_URL_LAMBDA: await stub.start() });
    stub.answer = () => ({ status: 202 });
  });

  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL_LAMBDA;
    await stub.stop();
  });

  test("has Lambda queue an event for a function, by its name or ARN", async () => {
    const disconnect = "arn:aws:lambda:us-east-1:000000000000:function:disconnect";
    await createInvoker({ disconnect }, new KeepAlive()).disconnect(EVENT);
    const [{ path, body } = { path: "", body: "" }] = stub.requests;
    expect(decodeURIComponent(path)).toBe(`/2015-03-31/functions/${disconnect}/invocations`);
    expect(JSON.parse(body)).toEqual(EVENT);
  });

  test("says which function a Lambda does not know", async () => {
    await expect(createInvoker({}, new KeepAlive()).disconnect(EVENT)).rejects.toThrow(
      "the disconnect function is not known to this one",
    );
  });
});
