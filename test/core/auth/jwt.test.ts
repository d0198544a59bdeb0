import { SignJWT } from "jose";
import { jwt, requireRole, Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

const SECRET = "test secret, long enough for HS256";

const UNAVAILABLE =
  '44{"message":"Authentication is unavailable","data":{"code":"unavailable","status":503}}';

function token(claims: Record<string, unknown>, { secret = SECRET, alg = "HS256", expires = "1h" } = {}) {
  const signer = new SignJWT(claims).setProtectedHeader({ alg });
  if (expires !== "never") signer.setExpirationTime(expires);
  return signer.sign(new TextEncoder().encode(secret));
}

function app() {
  const io = new Server();
  io.use(jwt());
  io.on("connection", (socket) => socket.emit("you", socket.userId, socket.claims?.role));
  io.of("/admin").use(jwt()).use(requireRole("admin"));
  return io;
}

describe("jwt()", () => {
  test("admits a good token: sub is the user, and the claims are there", async () => {
    const client = await new CoreService(app()).socketIo("/", {
      token: await token({ sub: "alice", role: "x" }),
    });
    expect(client.take()[1]).toBe('42["you","alice","x"]');
  });

  test("stores no token", async () => {
    const service = new CoreService(app());
    const good = await token({ sub: "alice" });
    await service.socketIo("/", { token: good });
    expect(JSON.stringify(service.stores.socketRecords())).not.toContain(good.split(".")[2]);
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ["no token", "token_missing", async () => undefined],
    ["a token that is no string", "token_missing", async () => 7],
    ["no JWT", "token_invalid", async () => "abc"],
    [
      "another's secret",
      "token_invalid",
      () => token({ sub: "a" }, { secret: "another secret, long enough, too" }),
    ],
    ["an expired token", "token_expired", () => token({ sub: "a" }, { expires: "-1h" })],
    ["a token without exp", "token_invalid", () => token({ sub: "a" }, { expires: "never" })],
    ["a token without sub", "token_invalid", () => token({})],
    ["a token whose sub is no string", "token_invalid", () => token({ sub: 7 })],
    ["a token that is not good yet", "token_invalid", () => token({ sub: "a", nbf: 9_999_999_999 })],
    ["a token for nobody", "token_invalid", () => token({ sub: "" })],
    ["a token whose sub is a number", "token_invalid", () => token({ sub: 42 })],
    [
      "alg none",
      "token_invalid",
      async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"a","exp":9999999999}')}.`.replaceAll("=", ""),
    ],
  ])("refuses %s with %s", async (_name, code, make) => {
    const client = await new CoreService(app()).socketIo("/", { token: await make() });
    expect(client.take()).toEqual([`44{"message":"Unauthorized","data":{"code":"${code}"}}`]);
  });

  test("accepts the previous secret during a rotation", async () => {
    const service = new CoreService(app());
    service.services.secrets.current = async () => ["the new secret, long enough as well", SECRET];
    const client = await service.socketIo("/", { token: await token({ sub: "alice" }) });
    expect(client.take()[0]).toMatch(/^40/);
  });

  test("a secret that cannot be read is our fault: logged, and not called unauthorized", async () => {
    const service = new CoreService(app());
    service.services.secrets.current = () => Promise.reject(new Error("Secrets Manager is away"));
    const client = await service.socketIo("/", { token: await token({ sub: "alice" }) });
    expect(client.take()).toEqual([UNAVAILABLE]);
    expect(service.errors()).toHaveLength(1);
    const query = { token: await token({ sub: "alice" }) };
    expect(await service.upgrade({ query })).toEqual({ status: 503 });
  });

  test("asks for the secret anew when a token is signed by none that it knows", async () => {
    const service = new CoreService(app());
    const old = ["an older secret, long enough as well"];
    const asked: (boolean | undefined)[] = [];
    service.services.secrets.current = async (recheck) => {
      asked.push(recheck);
      return recheck ? [SECRET, ...old] : old;
    };
    const client = await service.socketIo("/", { token: await token({ sub: "alice" }) });
    expect(client.take()[0]).toMatch(/^40/);
    expect(asked).toEqual([undefined, true]);
  });

  test("asks only once for a foreign token, and not at all for one that is expired", async () => {
    const service = new CoreService(app());
    const asked: (boolean | undefined)[] = [];
    const known = [SECRET];
    service.services.secrets.current = async (recheck) => {
      asked.push(recheck);
      return known;
    };
    await service.socketIo("/", {
      token: await token({ sub: "a" }, { secret: "a stranger's, long enough, too" }),
    });
    await service.socketIo("/", { token: await token({ sub: "a" }, { expires: "-1h" }) });
    expect(asked).toEqual([undefined, true, undefined]);
  });

  test("a secret of its own needs no other", async () => {
    const io = new Server().use(jwt({ secret: "its own secret, which is long enough" }));
    const service = new CoreService(io);
    service.services.secrets.current = () => Promise.reject(new Error("not asked"));
    const mine = await token({ sub: "a" }, { secret: "its own secret, which is long enough" });
    expect((await service.socketIo("/", { token: mine })).take()[0]).toMatch(/^40/);
  });

  test("/admin lets only admins in, also when it is all that they connect to", async () => {
    const service = new CoreService(app());
    const admin = await service.socketIo("/admin", { token: await token({ sub: "ada", role: "admin" }) });
    expect(admin.take()[0]).toMatch(/^40\/admin/);
    const many = await service.socketIo("/admin", {
      token: await token({ sub: "ada", roles: ["x", "admin"] }),
    });
    expect(many.take()[0]).toMatch(/^40\/admin/);
    const user = await service.socketIo("/admin", { token: await token({ sub: "bob", role: "user" }) });
    expect(user.take()[0]).toMatch(/^44\/admin,\{"message":"Unauthorized"/);
  });

  test("requireRole looks at another claim where it is told to", async () => {
    const io = new Server().use(jwt()).use(requireRole("admin", { claim: "cognito:groups" }));
    const service = new CoreService(io);
    const grouped = await service.socketIo("/", {
      token: await token({ sub: "ada", "cognito:groups": ["admin"] }),
    });
    expect(grouped.take()[0]).toMatch(/^40/);
    const named = await service.socketIo("/", { token: await token({ sub: "ada", role: "admin" }) });
    expect(named.take()[0]).toContain('"code":"role_missing"');
  });

  test("requireRole alone admits nobody", async () => {
    const client = await new CoreService(new Server().use(requireRole("admin"))).socketIo();
    expect(client.take()[0]).toContain('"code":"role_missing"');
  });
});
