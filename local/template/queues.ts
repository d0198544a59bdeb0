import { arn } from "./account";
import type { Queue } from "./model";
import type { Properties, Stack } from "./stack";

export function readQueues(stack: Stack): readonly Queue[] {
  return stack.resources("AWS::SQS::Queue").map(({ id, properties }) => {
    const name = id.split("/").at(-1) ?? id;
    return {
      name,
      url: id,
      arn: arn("sqs", name),
      isFifo: properties.all.FifoQueue === true,
      visibilitySeconds: properties.number("VisibilityTimeout") ?? 30,
      redrive: readRedrive(properties.object("RedrivePolicy")),
    };
  });
}

function readRedrive(policy: Properties): Queue["redrive"] {
  const target = policy.optionalString("deadLetterTargetArn");
  return target === undefined
    ? undefined
    : { arn: target, maxReceiveCount: policy.number("maxReceiveCount") ?? 1 };
}
