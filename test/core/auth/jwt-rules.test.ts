import { SignJWT } from "jose";
import { type JwtOptions, jwt, Server } from "../../../lambdas/core";
import type { JwtSettings } from "../../../lambdas/core/settings";
import { CoreService } from "../../support/core-service";

const SECRET = "test secret, long enough for HS256";

interface Made {
  readonly claims?: Record<string, unknown>;
  readonly alg?: string;
  readonly secret?: string;
}

function token({ claims = {}, alg = "HS256", secret = SECRET }: Made): Promise<string> {
  const payload = { sub: "alice", exp: Math.floor(Date.now() / 1000) + 60, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

/** `admitted`, or the code of the refusal. */
async function verdict(made: Made, options?: JwtOptions, settings?: JwtSettings): Promise<unknown> {
  const service = new CoreService(new Server().use(jwt(options)), { jwt: settings });
  const [answer = ""] = (await service.socketIo("/", { token: await token(made) })).take();
  return answer.startsWith("40") ? "admitted" : JSON.parse(answer.slice(2)).data.code;
}

const INVALID = "token_invalid";
const now = () => Math.floor(Date.now() / 1000);

describe.each<[string, (rules: JwtSettings) => [JwtOptions, JwtSettings]]>([
  ["as jwt()'s options", (rules) => [rules as JwtOptions, {}]],
  ["as the construct's", (rules) => [{}, rules]],
])("rules %s", (_, place) => {
  test.each<[string, JwtSettings, Made, unknown]>([
    ["the issuer", { issuer: "https://id.example" }, { claims: { iss: "https://id.example" } }, "admitted"],
    ["one of the issuers", { issuer: ["a", "b"] }, { claims: { iss: "b" } }, "admitted"],
    [
      "another issuer",
      { issuer: "https://id.example" },
      { claims: { iss: "https://evil.example" } },
      INVALID,
    ],
    ["no issuer", { issuer: "https://id.example" }, {}, INVALID],
    ["the audience", { audience: "chat" }, { claims: { aud: "chat" } }, "admitted"],
    [
      "the audience among others",
      { audience: ["chat", "x"] },
      { claims: { aud: ["y", "chat"] } },
      "admitted",
    ],
    ["another audience", { audience: "chat" }, { claims: { aud: "shop" } }, INVALID],
    ["no audience", { audience: "chat" }, {}, INVALID],
    ["a pinned algorithm", { algorithms: ["HS512"] }, { alg: "HS512" }, "admitted"],
    ["another algorithm", { algorithms: ["HS512"] }, { alg: "HS256" }, INVALID],
    [
      "a clock behind within the tolerance",
      { clockToleranceSeconds: 60 },
      { claims: { exp: now() - 30 } },
      "admitted",
    ],
    ["one beyond it", { clockToleranceSeconds: 10 }, { claims: { exp: now() - 30 } }, "token_expired"],
  ])("%s", async (_name, rules, made, expected) => {
    expect(await verdict(made, ...place(rules))).toBe(expected);
  });
});

test("an option of jwt() replaces the construct's, the others stay", async () => {
  const construct = { issuer: "a", audience: "chat" };
  const options = { issuer: "b", audience: undefined };
  expect(await verdict({ claims: { iss: "b", aud: "chat" } }, options, construct)).toBe("admitted");
  expect(await verdict({ claims: { iss: "a", aud: "chat" } }, options, construct)).toBe(INVALID);
  expect(await verdict({ claims: { iss: "b" } }, options, construct)).toBe(INVALID);
});

test("keys of one's own do not have the construct's issuer", async () => {
  const secret = "its own secret, which is long enough";
  expect(await verdict({ secret }, { secret }, { issuer: "a", jwksUrl: "https://id.example" })).toBe(
    "admitted",
  );
});

test("two kinds of keys at once are a mistake", () => {
  expect(() => jwt({ secret: "s", jwksUrl: "https://id.example/keys" })).toThrow(/got both/);
});

test.each<[string, JwtSettings]>([
  ["an asymmetric algorithm with a secret", { algorithms: ["RS256"] }],
  ["none", { algorithms: ["none"] }],
  ["no algorithm at all", { algorithms: [] }],
  ["a shared secret's algorithm with a JWKS URL", { algorithms: ["HS256"], jwksUrl: "https://id.example" }],
  ["a URL that is none", { jwksUrl: "id.example" }],
])("%s admits nobody, and is not the client's fault", async (_, settings) => {
  expect(await verdict({}, {}, settings)).toBe("unavailable");
});
