import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { ENV } from "../lambdas/aws/env";
import type { JwtVerification } from "./roomcast-props";

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
    if ("jwksUrl" in props.jwt) {
      this.environment = { [ENV.jwksUrl]: props.jwt.jwksUrl };
      return;
    }
    this.secret = props.jwt.secret ?? this.generate();
    this.environment = { [ENV.jwtSecretArn]: this.secret.secretArn };
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
