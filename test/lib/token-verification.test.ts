import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { ENV } from "../../lambdas/aws/env";
import { Roomcast } from "../../lib";
import { functionNamed, permissionsOf, resource, synthesize, text } from "./synthesize";

const VERIFIERS = ["Connect", "Open", "Message"];

describe("by default", () => {
  const template = synthesize();

  it("generates a secret that the template does not know", () => {
    expect(resource(template, "AWS::SecretsManager::Secret").Properties).toMatchObject({
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
    expect(resource(template, "AWS::SecretsManager::Secret").Properties.SecretString).toBeUndefined();
    expect(JSON.stringify(template.toJSON())).not.toContain("{{resolve:");
  });

  it.each(VERIFIERS)("tells %s where the secret is", (name) => {
    const { Variables } = functionNamed(template, name).Properties.Environment;
    expect(text(Variables[ENV.jwtSecretArn])).toBe("{RoomcastTokensSecret}");
    expect(Variables[ENV.jwksUrl]).toBeUndefined();
  });
});

describe("with a JWKS URL", () => {
  const template = synthesize({ jwt: { jwksUrl: "https://id.example/keys" } });

  it("has no secret, and nobody may read any", () => {
    template.resourceCountIs("AWS::SecretsManager::Secret", 0);
    expect(JSON.stringify(template.toJSON())).not.toContain("secretsmanager:");
  });

  it.each(VERIFIERS)("tells %s the URL", (name) => {
    const { Variables } = functionNamed(template, name).Properties.Environment;
    expect(Variables[ENV.jwksUrl]).toBe("https://id.example/keys");
    expect(Variables[ENV.jwtSecretArn]).toBeUndefined();
  });
});

describe("what else a token must be", () => {
  it("is told where it is given", () => {
    const template = synthesize({
      jwt: {
        jwksUrl: "https://id.example/keys",
        issuer: "https://id.example",
        audience: ["chat", "shop"],
        algorithms: ["RS256"],
        clockTolerance: Duration.minutes(1),
      },
    });
    for (const name of VERIFIERS) {
      expect(functionNamed(template, name).Properties.Environment.Variables).toMatchObject({
        [ENV.jwtIssuer]: '["https://id.example"]',
        [ENV.jwtAudience]: '["chat","shop"]',
        [ENV.jwtAlgorithms]: '["RS256"]',
        [ENV.jwtClockToleranceSeconds]: "60",
      });
    }
  });
});

describe("with a secret of one's own", () => {
  const stack = new Stack(new App({ context: { "aws:cdk:bundling-stacks": [] } }), "Stack");
  const secret = new Secret(stack, "Own");
  const roomcast = new Roomcast(stack, "Roomcast", { app: __filename, jwt: { secret } });
  const template = Template.fromStack(stack);

  it("creates none", () => {
    template.resourceCountIs("AWS::SecretsManager::Secret", 1);
    expect(roomcast.jwtSecret).toBe(secret);
  });

  it.each(VERIFIERS)("lets %s read it", (name) => {
    expect(permissionsOf(template, name)).toContain("secretsmanager:GetSecretValue {Own}");
  });
});
