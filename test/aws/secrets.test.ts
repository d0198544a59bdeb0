import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { createSecretSource } from "../../lambdas/aws/secrets";
import { HttpStub, type StubRequest } from "../support/http-stub";

const ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:jwt";

describe("the secret source", () => {
  const stub = new HttpStub();
  const versions: Record<string, string | undefined> = {};
  let now = 0;

  beforeAll(async () => {
    const url = await stub.start();
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = url;
  });

  beforeEach(() => {
    stub.requests.length = 0;
    stub.answer = answer;
    Object.assign(versions, { AWSCURRENT: "new", AWSPREVIOUS: undefined });
    now = 0;
  });

  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
    await stub.stop();
  });

  function answer({ body }: StubRequest) {
    const { VersionStage } = JSON.parse(body);
    const SecretString = versions[VersionStage];
    const headers = { "content-type": "application/x-amz-json-1.1" };
    if (SecretString !== undefined) return { status: 200, headers, body: JSON.stringify({ SecretString }) };
    return { status: 400, headers, body: JSON.stringify({ __type: "ResourceNotFoundException" }) };
  }

  test("asks for nothing until it is asked", () => {
    createSecretSource(ARN, new KeepAlive(), () => now);
    expect(stub.requests).toEqual([]);
  });

  test("answers the current and, after a rotation, the previous version", async () => {
    expect(await createSecretSource(ARN, new KeepAlive(), () => now).current()).toEqual(["new"]);
    versions.AWSPREVIOUS = "old";
    expect(await createSecretSource(ARN, new KeepAlive(), () => now).current()).toEqual(["new", "old"]);
  });

  test("keeps what it got for five minutes", async () => {
    const source = createSecretSource(ARN, new KeepAlive(), () => now);
    await source.current();
    now = 299_999;
    await Promise.all([source.current(), source.current()]);
    expect(stub.requests).toHaveLength(2);
    now = 300_000;
    await source.current();
    expect(stub.requests).toHaveLength(4);
  });

  test("does not keep a failure", async () => {
    const source = createSecretSource(ARN, new KeepAlive(), () => now);
    versions.AWSCURRENT = undefined;
    await expect(source.current()).rejects.toThrow();
    versions.AWSCURRENT = "back";
    expect(await source.current()).toEqual(["back"]);
  });

  test("asks anew when a token fits no value, at most every ten seconds", async () => {
    const source = createSecretSource(ARN, new KeepAlive(), () => now);
    const known = await source.current();
    versions.AWSCURRENT = "rotated";
    versions.AWSPREVIOUS = "new";
    expect(await source.current()).toBe(known);
    const rechecked = await source.current(true);
    expect(rechecked).toEqual(["rotated", "new"]);
    now = 9_999;
    expect(await source.current(true)).toBe(rechecked);
    expect(stub.requests).toHaveLength(4);
    now = 10_000;
    await source.current(true);
    expect(stub.requests).toHaveLength(6);
  });

  test("keeps what it knows when asking anew fails", async () => {
    const source = createSecretSource(ARN, new KeepAlive(), () => now);
    const known = await source.current();
    versions.AWSCURRENT = undefined;
    await expect(source.current(true)).rejects.toThrow();
    expect(await source.current()).toBe(known);
  });

  test("says so when there is no secret to fetch", async () => {
    await expect(createSecretSource(undefined, new KeepAlive(), () => now).current()).rejects.toThrow(
      /no JWT secret/,
    );
  });
});
