import { readApis } from "./apis";
import { readStacks } from "./document";
import { readEventSources } from "./event-sources";
import { readFunctions } from "./functions";
import type { Model } from "./model";
import { readPermissions } from "./permissions";
import { readQueues } from "./queues";
import { readSchedules } from "./schedules";
import { readSecrets } from "./secrets";
import { Stack } from "./stack";
import { readTables } from "./tables";

/** Without these the service would seem to run and behave otherwise than deployed. */
const UNSUPPORTED: readonly string[] = [
  "AWS::ApiGatewayV2::Authorizer",
  "AWS::SNS::Subscription",
  "AWS::StepFunctions::StateMachine",
];

/** Reads a cloud assembly (`cdk.out`). Throws with the resource's name on what local AWS cannot run. */
export function loadModel(assemblyPath: string): Model {
  const models = readStacks(assemblyPath).map((document) => readStack(new Stack(document)));
  return {
    apis: models.flatMap(({ apis }) => apis),
    functions: models.flatMap(({ functions }) => functions),
    tables: models.flatMap(({ tables }) => tables),
    secrets: models.flatMap(({ secrets }) => secrets),
    schedules: models.flatMap(({ schedules }) => schedules),
    queues: models.flatMap(({ queues }) => queues),
    eventSources: models.flatMap(({ eventSources }) => eventSources),
    outputs: Object.assign({}, ...models.map(({ outputs }) => outputs)),
  };
}

function readStack(stack: Stack): Model {
  const unsupported = UNSUPPORTED.find((type) => stack.types().has(type));
  if (unsupported !== undefined)
    throw new Error(`the template has an ${unsupported}, which local AWS does not support`);
  const permits = readPermissions(stack);
  return {
    apis: readApis(stack, permits),
    functions: readFunctions(stack),
    tables: readTables(stack),
    secrets: readSecrets(stack),
    schedules: readSchedules(stack, permits),
    queues: readQueues(stack),
    eventSources: readEventSources(stack),
    outputs: stack.outputs(),
  };
}
