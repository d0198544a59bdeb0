import { createHash } from "node:crypto";
import { ACCOUNT_ID, arn, REGION } from "./account";
import type { Json, JsonObject, Resource, StackDocument } from "./document";
import { isObject, isTrue, resolve, type Scope } from "./intrinsics";

export interface StackResource {
  readonly logicalId: string;
  /** What `Ref` gives. */
  readonly id: string;
  readonly properties: Properties;
}

/** One stack: gives its resources with their physical names and resolved properties. */
export class Stack implements Scope {
  constructor(private readonly document: StackDocument) {}

  get assets(): ReadonlyMap<string, string> {
    return this.document.assets;
  }

  resources(type: string): readonly StackResource[] {
    return Object.entries(this.document.template.Resources)
      .filter(([, resource]) => resource.Type === type && this.exists(resource))
      .map(([logicalId, resource]) => ({
        logicalId,
        id: String(this.ref(logicalId)),
        properties: new Properties(`${logicalId} (${type})`, this.properties(resource)),
      }));
  }

  types(): ReadonlySet<string> {
    const existing = Object.values(this.document.template.Resources).filter((resource) =>
      this.exists(resource),
    );
    return new Set(existing.map((resource) => resource.Type));
  }

  outputs(): Readonly<Record<string, string>> {
    const outputs = Object.entries(this.document.template.Outputs ?? {})
      .filter(([, output]) => output.Condition === undefined || this.condition(output.Condition))
      .map(([name, output]) => [name, String(resolve(output.Value, this))] as const);
    return Object.fromEntries(outputs);
  }

  ref(logicalId: string): Json {
    const pseudo = PSEUDO_PARAMETERS[logicalId];
    if (pseudo !== undefined) return pseudo;
    if (logicalId === "AWS::StackName") return this.document.name;
    if (logicalId === "AWS::StackId") return arn("cloudformation", `stack/${this.document.name}/local`);
    const parameter = this.document.template.Parameters?.[logicalId];
    if (parameter !== undefined) return parameter.Default ?? "";
    return this.physicalId(logicalId);
  }

  attribute(logicalId: string, attribute: string): Json {
    const { Type } = this.resource(logicalId);
    const of = ATTRIBUTES[`${Type}.${attribute}`];
    // Attributes of what does not run locally (log groups, custom resources) are names and nothing more.
    return of === undefined ? `${this.physicalId(logicalId)}.${attribute}` : of(this.physicalId(logicalId));
  }

  condition(name: string): boolean {
    return isTrue(this.document.template.Conditions?.[name], this);
  }

  mapping(map: string, key: string, attribute: string): Json {
    const entry = this.document.template.Mappings?.[map]?.[key];
    const value = isObject(entry) ? entry[attribute] : undefined;
    if (value === undefined) throw new Error(`the template has no mapping ${map}.${key}.${attribute}`);
    return value;
  }

  private exists(resource: Resource): boolean {
    return resource.Condition === undefined || this.condition(resource.Condition);
  }

  private properties(resource: Resource): JsonObject {
    const properties = resolve(resource.Properties ?? {}, this);
    return isObject(properties) ? properties : {};
  }

  private resource(logicalId: string): Resource {
    const resource = this.document.template.Resources[logicalId];
    if (resource === undefined) throw new Error(`the template refers to ${logicalId}, which is not in it`);
    return resource;
  }

  private physicalId(logicalId: string): string {
    const { Type, Properties: properties } = this.resource(logicalId);
    const nameProperty = NAME_PROPERTIES[Type];
    const given = nameProperty === undefined ? undefined : resolve(properties?.[nameProperty], this);
    const unique = createHash("sha256").update(`${this.document.name}/${logicalId}`).digest("hex");
    if (Type === "AWS::ApiGatewayV2::Api") return shortId(unique);
    const name = typeof given === "string" ? given : `${this.document.name}-${logicalId}`;
    if (Type === "AWS::SQS::Queue") return queueUrl(name, resolve(properties?.FifoQueue, this) === true);
    if (Type === "AWS::SecretsManager::Secret")
      return arn("secretsmanager", `secret:${name}-${unique.slice(0, 6)}`);
    return name;
  }
}

/** The resolved properties of a resource, read with a check of what is there. */
export class Properties {
  constructor(
    readonly owner: string,
    readonly all: JsonObject,
  ) {}

  string(name: string): string {
    return this.optionalString(name) ?? this.fail(name, "text");
  }

  optionalString(name: string): string | undefined {
    const value = this.all[name];
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.all[name];
    return value === undefined ? undefined : Number(value);
  }

  list(name: string): readonly Json[] {
    const value = this.all[name];
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  }

  object(name: string): Properties {
    const value = this.all[name];
    return new Properties(`${this.owner}.${name}`, isObject(value) ? value : {});
  }

  objects(name: string): readonly Properties[] {
    return this.list(name)
      .filter(isObject)
      .map((item, index) => new Properties(`${this.owner}.${name}[${index}]`, item));
  }

  private fail(name: string, expected: string): never {
    throw new Error(`${this.owner}: expected ${expected} in ${name}, got ${JSON.stringify(this.all[name])}`);
  }
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  "AWS::Region": REGION,
  "AWS::AccountId": ACCOUNT_ID,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::ApiGatewayV2::Stage": "StageName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::Events::Rule": "Name",
  "AWS::IAM::Role": "RoleName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::Scheduler::Schedule": "Name",
  "AWS::SQS::Queue": "QueueName",
  "AWS::SecretsManager::Secret": "Name",
};

const tableArn = (name: string) => arn("dynamodb", `table/${name}`);

const ATTRIBUTES: Readonly<Record<string, (id: string) => string>> = {
  "AWS::ApiGatewayV2::Api.ApiEndpoint": (id) => `wss://${id}.execute-api.${REGION}.amazonaws.com`,
  "AWS::ApiGatewayV2::Api.ApiId": (id) => id,
  "AWS::DynamoDB::GlobalTable.Arn": tableArn,
  "AWS::DynamoDB::Table.Arn": tableArn,
  "AWS::Events::Rule.Arn": (id) => arn("events", `rule/${id}`),
  "AWS::IAM::Role.Arn": (id) => `arn:aws:iam::${ACCOUNT_ID}:role/${id}`,
  "AWS::Lambda::Function.Arn": (id) => arn("lambda", `function:${id}`),
  "AWS::Logs::LogGroup.Arn": (id) => arn("logs", `log-group:${id}:*`),
  "AWS::Scheduler::Schedule.Arn": (id) => arn("scheduler", `schedule/default/${id}`),
  "AWS::SQS::Queue.Arn": queueArn,
  "AWS::SQS::Queue.QueueName": queueName,
  "AWS::SQS::Queue.QueueUrl": (id) => id,
  "AWS::SecretsManager::Secret.Id": (id) => id,
};

/** The name of a FIFO queue that CloudFormation names ends as it must. */
function queueUrl(name: string, isFifo: boolean): string {
  const fullName = isFifo && !name.endsWith(".fifo") ? `${name}.fifo` : name;
  return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/${fullName}`;
}

function queueName(url: string): string {
  return url.split("/").at(-1) ?? url;
}

function queueArn(url: string): string {
  return arn("sqs", queueName(url));
}

/** API ids are ten lower-case letters and digits. */
function shortId(hex: string): string {
  return BigInt(`0x${hex}`).toString(36).slice(0, 10);
}
