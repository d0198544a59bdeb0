import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { ENV } from "../lambdas/aws/env";
import type { JwtRules, JwtVerification } from "./roomcast-props";

export interface TokenVerificationProps {
  readonly jwt: JwtVerification;
}

/** Where the functions find what they verify tokens with: a secret's ARN or a URL, never a secret. */
export class TokenVerification extends Construct {
  /** `undefined` with a JWKS URL. */
  readonly secret?: ISecret;
  readonly environment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: TokenVerificationProps) {
    super(scope, id);
    const rules = ruleVariables(props.jwt);
    if ("jwksUrl" in props.jwt) {
      this.environment = { [ENV.jwksUrl]: props.jwt.jwksUrl, ...rules };
      return;
    }
    this.secret = props.jwt.secret ?? this.generate();
    this.environment = { [ENV.jwtSecretArn]: this.secret.secretArn, ...rules };
  }

  grantRead(grantee: IGrantable): void {
    this.secret?.grantRead(grantee);
  }

  private generate(): Secret {
    return new Secret(this, "Secret", {
      description: "Signs and verifies the tokens of Roomcast's clients",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
  }
}

/** Only what is given: the defaults are the code's. */
function ruleVariables({ issuer, audience, algorithms, clockTolerance }: JwtRules): Record<string, string> {
  const variables = {
    [ENV.jwtIssuer]: jsonList(issuer),
    [ENV.jwtAudience]: jsonList(audience),
    [ENV.jwtAlgorithms]: jsonList(algorithms),
    [ENV.jwtClockToleranceSeconds]: clockTolerance && String(clockTolerance.toSeconds()),
  };
  return Object.fromEntries(Object.entries(variables).filter(isGiven));
}

function jsonList(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify([value].flat());
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
