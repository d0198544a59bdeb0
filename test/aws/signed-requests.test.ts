import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { createSignedClient, escapeSegment } from "../../lambdas/aws/signed-requests";
import { HttpStub } from "../support/http-stub";

describe("a client of a service", () => {
  const stub = new HttpStub();
  let endpoint = "";
  const env: NodeJS.ProcessEnv = {};
  let now = 1_000_000;

  beforeAll(async () => {
    endpoint = await stub.start();
  });

  beforeEach(() => {
    Object.assign(env, { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
    stub.requests.length = 0;
    stub.answer = () => ({ status: 202, body: "taken" });
  });

  afterAll(() => stub.stop());

  const clientOf = (path: string) =>
    createSignedClient(
      {
        service: "lambda",
        endpoint: `${endpoint}${path}`,
        bodyHeaders: { "content-type": "application/json", "x-amz-invocation-type": "Event" },
        keepAlive: new KeepAlive(),
        now: () => now,
      },
      env,
    );

  test.each(["", "/", "/stage", "/stage/"])(
    "sends below the endpoint's path %j, whatever its end",
    async (path) => {
      const name = escapeSegment("arn:aws:lambda:us-east-1:1:function:f");
      const sent = await clientOf(path).send("POST", `/functions/${name}/invocations`, '{"é":1}');
      expect(sent).toEqual({ kind: "answered", status: 202, body: "taken" });
      expect(stub.requests).toEqual([
        {
          method: "POST",
          path: `${path.replace(/\/$/, "")}/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/invocations`,
          body: '{"é":1}',
        },
      ]);
    },
  );

  test("an answer is one, whatever it says", async () => {
    stub.answer = () => ({ status: 503 });
    expect(await clientOf("").send("DELETE", "/x")).toEqual({ kind: "answered", status: 503, body: "" });
    expect(stub.requests).toHaveLength(1);
  });

  test("credentials that come later are found", async () => {
    const client = clientOf("");
    delete env.AWS_SECRET_ACCESS_KEY;
    expect(await client.send("POST", "/x", "")).toMatchObject({
      kind: "unsent",
      error: { message: expect.stringContaining("AWS_SECRET_ACCESS_KEY") },
    });
    env.AWS_SECRET_ACCESS_KEY = "b";
    expect(await client.send("POST", "/x", "")).toMatchObject({ kind: "answered" });
    delete env.AWS_SECRET_ACCESS_KEY;
    now += 1_000;
    expect(await client.send("POST", "/x", "")).toMatchObject({ kind: "unsent" });
  });

  test("there is none without a region", () => {
    delete env.AWS_REGION;
    expect(() => clientOf("")).toThrow("AWS_REGION");
  });
});
