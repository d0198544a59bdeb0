import { createServer, type Server as HttpServer } from "node:http";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { jwt, Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";
import { HttpStub } from "../../support/http-stub";

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const UNAVAILABLE =
  '44{"message":"Authentication is unavailable","data":{"code":"unavailable","status":503}}';
const INVALID = '44{"message":"Unauthorized","data":{"code":"token_invalid"}}';

describe("jwt() with a JWKS URL", () => {
  const stub = new HttpStub();
  let url: string;
  let keys: Record<string, KeyPair>;

  beforeAll(async () => {
    url = `${await stub.start()}/keys`;
    const [one, two, other] = await Promise.all(
      ["RS256", "ES256", "RS256"].map((alg) => generateKeyPair(alg)),
    );
    if (!one || !two || !other) throw new Error("expected three pairs");
    keys = { one, two, other };
  });

  beforeEach(() => {
    stub.requests.length = 0;
    stub.answer = () => ({ status: 200, body: JSON.stringify({ keys: [] }) });
  });

  afterAll(() => stub.stop());

  async function publish(...published: readonly [kid: string, alg: string][]): Promise<void> {
    const jwks = await Promise.all(
      published.map(async ([kid, alg]) => ({
        ...(await exportJWK(pair(kid).publicKey)),
        kid,
        alg,
        use: "sig",
      })),
    );
    stub.answer = () => ({ status: 200, body: JSON.stringify({ keys: jwks }) });
  }

  function pair(kid: string): KeyPair {
    const found = keys[kid];
    if (!found) throw new Error(`no key ${kid}`);
    return found;
  }

  function sign(kid: string, alg = "RS256", claims: JWTPayload = {}, signer = kid): Promise<string> {
    return new SignJWT({ sub: "alice", ...claims })
      .setProtectedHeader({ alg, kid })
      .setExpirationTime("1h")
      .sign(pair(signer).privateKey);
  }

  const service = () => new CoreService(new Server().use(jwt()), { jwt: { jwksUrl: url } });
  const answerTo = async (to: CoreService, token: string) => (await to.socketIo("/", { token })).take()[0];

  test("admits tokens of all keys that are published, and asks for them once", async () => {
    await publish(["one", "RS256"], ["two", "ES256"]);
    const running = service();
    for (const [kid, alg] of [
      ["one", "RS256"],
      ["two", "ES256"],
      ["one", "RS256"],
    ] as const) {
      expect(await answerTo(running, await sign(kid, alg))).toMatch(/^40/);
    }
    expect(stub.requests).toHaveLength(1);
  });

  test("refuses a token of another key under a published key's id", async () => {
    await publish(["one", "RS256"]);
    expect(await answerTo(service(), await sign("one", "RS256", {}, "other"))).toBe(INVALID);
  });

  test("takes no public key for a shared secret", async () => {
    await publish(["one", "RS256"]);
    const pem = new TextEncoder().encode(await exportSPKI(pair("one").publicKey));
    const forged = new SignJWT({ sub: "alice" }).setProtectedHeader({ alg: "HS256", kid: "one" });
    expect(await answerTo(service(), await forged.setExpirationTime("1h").sign(pem))).toBe(INVALID);
  });

  test("does not ask again for each token with an unknown key id", async () => {
    await publish(["one", "RS256"]);
    const running = service();
    for (let count = 0; count < 3; count += 1) {
      expect(await answerTo(running, await sign("two", "ES256"))).toBe(INVALID);
    }
    expect(await answerTo(running, await sign("one"))).toMatch(/^40/);
    expect(stub.requests).toHaveLength(1);
  });

  test.each<[string, () => { status: number; body?: string }]>([
    ["fails", () => ({ status: 500 })],
    ["answers no JSON", () => ({ status: 200, body: "<html>" })],
    ["answers no key set", () => ({ status: 200, body: "{}" })],
  ])("an endpoint that %s is not the client's fault, and is asked again", async (_, answer) => {
    stub.answer = answer;
    const running = service();
    expect(await answerTo(running, await sign("one"))).toBe(UNAVAILABLE);
    expect(running.errors()).toEqual(["jwt(): tokens cannot be verified"]);
    await publish(["one", "RS256"]);
    expect(await answerTo(running, await sign("one"))).toMatch(/^40/);
  });

  test("an endpoint that hangs is given up after two seconds", async () => {
    const silent = await listen();
    try {
      const io = new Server().use(jwt({ jwksUrl: silent.url }));
      const running = new CoreService(io);
      const startedAt = performance.now();
      expect(await answerTo(running, await sign("one"))).toBe(UNAVAILABLE);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    } finally {
      silent.server.closeAllConnections();
      await new Promise((resolve) => silent.server.close(resolve));
    }
  });

  test("nobody is there: the same", async () => {
    const silent = await listen();
    await new Promise((resolve) => silent.server.close(resolve));
    const running = new CoreService(new Server().use(jwt({ jwksUrl: silent.url })));
    expect(await answerTo(running, await sign("one"))).toBe(UNAVAILABLE);
  });
});

/** Takes requests and never answers. */
async function listen(): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return { server, url: `http://127.0.0.1:${address.port}/keys` };
}
