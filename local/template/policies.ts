import type { Policy, Statement } from "../policy";
import type { Json } from "./document";
import { Properties, type Stack } from "./stack";

/** What a role may do: its inline policies and the policies attached to it. Managed policies of AWS grant nothing here. */
export function rolePolicy(stack: Stack, roleArn: string): Policy {
  const role = stack.resources("AWS::IAM::Role").find(({ id }) => roleArn.endsWith(`:role/${id}`));
  if (role === undefined) return [];
  const attached = [...stack.resources("AWS::IAM::Policy"), ...stack.resources("AWS::IAM::ManagedPolicy")]
    .filter(({ properties }) => properties.list("Roles").includes(role.id))
    .flatMap(({ properties }) => statements(properties));
  return [...role.properties.objects("Policies").flatMap(statements), ...attached];
}

function statements(policy: Properties): readonly Statement[] {
  const document = policy.object("PolicyDocument");
  const one = document.all.Statement;
  const several = Array.isArray(one)
    ? document
    : new Properties(document.owner, { Statement: [one ?? null] });
  return several.objects("Statement").map((statement) => ({
    effect: statement.string("Effect") === "Deny" ? "Deny" : "Allow",
    actions: texts(statement.all.Action),
    resources: texts(statement.all.Resource),
  }));
}

function texts(value: Json | undefined): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}
