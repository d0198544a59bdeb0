import { ENV } from "../../lambdas/aws/env";
import { readSettings } from "../../lambdas/aws/settings";

test("jwt() goes by what the construct wrote", () => {
  const env = {
    [ENV.jwksUrl]: "https://id.example/keys",
    [ENV.jwtIssuer]: '["https://id.example"]',
    [ENV.jwtAudience]: '["chat","shop"]',
    [ENV.jwtAlgorithms]: '["RS256"]',
    [ENV.jwtClockToleranceSeconds]: "60",
  };
  expect(readSettings(env).jwt).toEqual({
    jwksUrl: "https://id.example/keys",
    issuer: ["https://id.example"],
    audience: ["chat", "shop"],
    algorithms: ["RS256"],
    clockToleranceSeconds: 60,
  });
});

test("what it did not write is not there", () => {
  expect(readSettings({}).jwt).toEqual({});
});

test("a list that is none is said by name", () => {
  expect(() => readSettings({ [ENV.jwtIssuer]: '"https://id.example"' }).jwt).toThrow(/ROOMCAST_JWT_ISSUER/);
});
