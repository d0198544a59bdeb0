import type { Secret } from "./model";
import type { Stack } from "./stack";

export function readSecrets(stack: Stack): readonly Secret[] {
  return stack.resources("AWS::SecretsManager::Secret").map(({ logicalId, id, properties }) => ({
    logicalId,
    arn: id,
    name: id.split(":secret:").at(-1)?.slice(0, -7) ?? id,
    value: properties.optionalString("SecretString"),
    generate:
      properties.all.GenerateSecretString === undefined
        ? undefined
        : properties.object("GenerateSecretString").all,
  }));
}
