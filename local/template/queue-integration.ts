import { compileTemplate } from "../gateway/mapping-template";
import { arn } from "./account";
import type { QueueIntegration } from "./model";
import { rolePolicy } from "./policies";
import type { Properties, Stack } from "./stack";

const FORM = "'application/x-www-form-urlencoded'";
const CONTENT_TYPE = "integration.request.header.Content-Type";

/** Reads an integration of type AWS with a queue, in SQS's query protocol. Throws on any other. */
export function readQueueIntegration(stack: Stack, integration: Properties): QueueIntegration {
  const uri = integration.string("IntegrationUri");
  const queueName = /:sqs:path\/\d+\/([^/]+)$/.exec(uri)?.[1];
  if (queueName === undefined || integration.string("IntegrationMethod") !== "POST")
    throw new Error(`${integration.owner}: expected a POST to a queue, got ${uri}`);
  if (integration.object("RequestParameters").optionalString(CONTENT_TYPE) !== FORM)
    throw new Error(`${integration.owner}: expected ${CONTENT_TYPE} to be ${FORM}`);
  return {
    queueArn: arn("sqs", queueName),
    requestBody: compileTemplate(templateOf(integration)),
    policy: rolePolicy(stack, integration.string("CredentialsArn")),
  };
}

function templateOf(integration: Properties): string {
  const selected = integration.string("TemplateSelectionExpression");
  if (!selected.startsWith("\\"))
    throw new Error(`${integration.owner}: expected a static TemplateSelectionExpression, got ${selected}`);
  return integration.object("RequestTemplates").string(selected.slice(1));
}
