import { matches } from "../policy";
import type { Stack } from "./stack";

/** Says whether a service of AWS may invoke a function on behalf of one of its resources. */
export type Permits = (principal: string, functionArn: string, sourceArn: string) => boolean;

/** Reads the functions' resource policies (AWS::Lambda::Permission). */
export function readPermissions(stack: Stack): Permits {
  const permissions = stack.resources("AWS::Lambda::Permission").map(({ properties }) => ({
    functionName: properties.string("FunctionName").split(":function:").at(-1),
    principal: properties.string("Principal"),
    sourceArn: properties.optionalString("SourceArn") ?? "*",
  }));
  return (principal, functionArn, sourceArn) =>
    permissions.some(
      (permission) =>
        permission.principal === principal &&
        functionArn.endsWith(`:function:${permission.functionName}`) &&
        matches(permission.sourceArn, sourceArn),
    );
}
