import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Roomcast, type RoomcastProps } from "../../lib";

/** What CloudFormation would get for a service with these props, without bundles. */
export function synthesize(props: RoomcastProps = {}): Template {
  return Template.fromStack(stackWith(props));
}

export function stackWith(props: RoomcastProps): Stack {
  const app = new App({ context: { "aws:cdk:bundling-stacks": [] } });
  const stack = new Stack(app, "Stack");
  new Roomcast(stack, "Roomcast", { app: __filename, ...props });
  return stack;
}

export interface Resource {
  readonly Type: string;
  // The shape differs from type to type; the assertions name what they expect of it.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

/** The one resource of a type whose logical id has `name` in it. */
export function resource(template: Template, type: string, name = ""): Resource {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.includes(name));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`Expected one ${type} named ${name}, got ${found.length}`);
  return first[1] as Resource;
}

/** `Functions` and the name begin the id of each function, and a hash ends it. */
export function functionNamed(template: Template, name: string): Resource {
  const found = Object.entries(template.findResources("AWS::Lambda::Function")).find(([id]) =>
    new RegExp(`Functions${name}[0-9A-F]{8}$`).test(id),
  );
  if (!found) throw new Error(`No function ${name}`);
  return found[1] as Resource;
}

/** Reads as the string that CloudFormation makes of it, with `{LogicalName}` for references, hashes left out. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  const [[key, argument] = ["", ""]] = Object.entries(value as Record<string, unknown>);
  if (key === "Ref") return `{${withoutHash(String(argument))}}`;
  if (key === "Fn::GetAtt") return `{${(argument as string[]).map(withoutHash).join(".")}}`;
  if (key === "Fn::Join") return (argument as [string, unknown[]])[1].map(text).join("");
  throw new Error(`Cannot read ${JSON.stringify(value)}`);
}

const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, "");

/** Everything that a function may do, as `action resource`, sorted. */
export function permissionsOf(template: Template, name: string): string[] {
  const role = text(functionNamed(template, name).Properties.Role).replace(".Arn", "");
  return Object.values(template.findResources("AWS::IAM::Policy"))
    .filter(({ Properties }) => Properties.Roles.map(text).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((arn) => `${action} ${text(arn)}`)),
    )
    .sort();
}
