import type { Callers } from "../callers";
import type { Service } from "../front";
import { type Answer, type JsonProtocol, jsonService } from "../json-protocol";
import type { Secret } from "../template/model";
import { generate, type SecretStore, type SecretVersion } from "./secret-store";

const PROTOCOL: JsonProtocol = { target: /^secretsmanager\.(\w+)$/, version: "1.1" };
const STAGES = ["AWSCURRENT", "AWSPREVIOUS"] as const;

/** Secrets Manager's JSON, as far as it is read. */
interface Input {
  readonly SecretId?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly SecretString?: string;
}

/** Answers Secrets Manager's API. */
export function secretsApi(store: SecretStore, callers: Callers): Service {
  return jsonService<Input>(PROTOCOL, (operation, input, request) => {
    const caller = callers.of(request);
    if (caller === undefined)
      return refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
    const secret = store.find(input.SecretId ?? "");
    const action = `secretsmanager:${operation}`;
    const resource = secret?.arn ?? input.SecretId ?? "";
    if (!caller.may(action, resource))
      return refusal("AccessDeniedException", caller.denial(action, resource));
    const run = OPERATIONS[operation];
    if (run === undefined)
      return refusal("UnknownOperationException", `${operation} is not supported locally`);
    if (secret === undefined)
      return refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    return run(store, secret, input);
  });
}

const OPERATIONS: Readonly<Record<string, (store: SecretStore, secret: Secret, input: Input) => Answer>> = {
  GetSecretValue: (store, secret, input) => {
    const versions = store.versions(secret);
    const found =
      input.VersionId === undefined
        ? versions[STAGES.findIndex((stage) => stage === (input.VersionStage ?? "AWSCURRENT"))]
        : versions.find(({ versionId }) => versionId === input.VersionId);
    if (found === undefined)
      return refusal(
        "ResourceNotFoundException",
        `Secrets Manager can't find the specified secret value for staging label: ${input.VersionStage}`,
      );
    const stages = STAGES.filter((_stage, index) => versions[index] === found);
    return success(secret, found, {
      SecretString: found.value,
      VersionStages: stages,
      CreatedDate: found.createdAt,
    });
  },
  DescribeSecret: (store, secret) => {
    const stages = store
      .versions(secret)
      .map(({ versionId }, index) => [versionId, [STAGES[index]]] as const);
    return { status: 200, body: { ...identify(secret), VersionIdsToStages: Object.fromEntries(stages) } };
  },
  PutSecretValue: (store, secret, input) =>
    success(secret, store.put(secret, input.SecretString ?? ""), { VersionStages: ["AWSCURRENT"] }),
  RotateSecret: (store, secret) => success(secret, store.put(secret, generate(secret)), {}),
};

function success(secret: Secret, { versionId }: SecretVersion, more: object): Answer {
  return { status: 200, body: { ...identify(secret), VersionId: versionId, ...more } };
}

function identify({ arn, name }: Secret) {
  return { ARN: arn, Name: name };
}

function refusal(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, Message: message, message } };
}
