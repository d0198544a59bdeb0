import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { createServiceClient, type ServiceClient } from "../../lambdas/aws/service-requests";
import { HttpStub, type StubAnswer } from "../support/http-stub";

const VARIABLES = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

describe("requests to a service", () => {
  const stub = new HttpStub();
  let client: ServiceClient;
  let answers: StubAnswer[];

  beforeAll(async () => {
    const env = { ...VARIABLES, AWS_ENDPOINT_URL_LAMBDA: await stub.start() };
    const headers = { "content-type": "application/json" };
    client = createServiceClient({ service: "lambda", headers, keepAlive: new KeepAlive() }, env);
  });

  beforeEach(() => {
    stub.requests.length = 0;
    stub.answer = () => answers.shift() ?? { status: 200, body: "done" };
  });

  afterAll(() => stub.stop());

  test("answer the body", async () => {
    answers = [{ status: 202, body: "taken" }];
    expect(await client.post("/path", "body")).toBe("taken");
    expect(stub.requests).toEqual([{ method: "POST", path: "/path", body: "body" }]);
  });

  test.each<[string, StubAnswer]>([
    ["throttled", { status: 429 }],
    ["an error of the service", { status: 503 }],
    ["throttled in the words of a JSON protocol", { status: 400, body: '{"__type":"ThrottlingException"}' }],
  ])("are repeated: %s", async (_, answer) => {
    answers = [answer, answer];
    expect(await client.post("/", "body")).toBe("done");
    expect(stub.requests).toHaveLength(3);
  });

  test("are given up after three attempts", async () => {
    answers = Array(4).fill({ status: 500, body: "broken" });
    await expect(client.post("/", "body")).rejects.toThrow("lambda answered 500: broken");
    expect(stub.requests).toHaveLength(3);
  });

  test("are not repeated when they are refused, and say as what", async () => {
    const body = JSON.stringify({ __type: "com.amazonaws#AccessDeniedException", message: "may not" });
    answers = [{ status: 400, body }];
    await expect(client.post("/", "body")).rejects.toMatchObject({
      name: "ServiceError",
      type: "AccessDeniedException",
      message: expect.stringContaining("may not"),
    });
    expect(stub.requests).toHaveLength(1);
  });

  test("say when there is nobody", async () => {
    const env = { ...VARIABLES, AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
    const nobody = createServiceClient({ service: "lambda", headers: {}, keepAlive: new KeepAlive() }, env);
    await expect(nobody.post("/", "")).rejects.toThrow(/lambda could not be reached: .*ECONNREFUSED/);
  });

  test("carry the trace of the invocation that they are made in", async () => {
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    // A listening TCP server has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const env: NodeJS.ProcessEnv = { ...VARIABLES, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const traced = createServiceClient({ service: "lambda", headers: {}, keepAlive: new KeepAlive() }, env);
    for (const id of ["Root=1;Lineage=a:1", "Root=2;Lineage=a:2"]) {
      env._X_AMZN_TRACE_ID = id;
      const [[{ headers }]] = await Promise.all([once(server, "request"), traced.post("/", "body")]);
      expect(headers["x-amzn-trace-id"]).toBe(id);
    }
    server.closeAllConnections();
    server.close();
  });
});
