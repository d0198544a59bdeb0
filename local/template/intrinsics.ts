import type { Json, JsonObject } from "./document";

/** What intrinsic functions look up. */
export interface Scope {
  ref(logicalId: string): Json;
  attribute(logicalId: string, attribute: string): Json;
  condition(name: string): boolean;
  mapping(map: string, key: string, attribute: string): Json;
}

type Intrinsic = (argument: Json, scope: Scope) => Json | undefined;

/** Marks a property that `AWS::NoValue` removes. */
const NO_VALUE = { Ref: "AWS::NoValue" };

/** Replaces every intrinsic function in a piece of a template by its value. Throws on one it does not know. */
export function resolve(value: Json | undefined, scope: Scope): Json | undefined {
  if (Array.isArray(value)) return resolveList(value, scope);
  if (!isObject(value)) return value;
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (Object.keys(value).length === 1 && name !== undefined && argument !== undefined) {
    if (name === "Ref") return argument === NO_VALUE.Ref ? undefined : scope.ref(text(argument));
    if (name.startsWith("Fn::")) return intrinsic(name)(argument, scope);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Evaluates a condition expression of a template. */
export function isTrue(expression: Json | undefined, scope: Scope): boolean {
  if (!isObject(expression)) return expression === true || expression === "true";
  const [name, argument] = Object.entries(expression)[0] ?? [];
  if (name === "Condition") return scope.condition(text(argument));
  const operands = Array.isArray(argument) ? (argument as readonly Json[]) : [];
  const operator = name === undefined ? undefined : CONDITIONS[name];
  if (operator === undefined) throw new Error(`condition function ${name} is not supported`);
  return operator(operands, scope);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const CONDITIONS: Readonly<Record<string, (operands: readonly Json[], scope: Scope) => boolean>> = {
  "Fn::Equals": ([left, right], scope) => text(resolve(left, scope)) === text(resolve(right, scope)),
  "Fn::Not": ([operand], scope) => !isTrue(operand, scope),
  "Fn::And": (operands, scope) => operands.every((operand) => isTrue(operand, scope)),
  "Fn::Or": (operands, scope) => operands.some((operand) => isTrue(operand, scope)),
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = list(argument);
    return list(resolve(parts, scope)).map(text).join(text(separator));
  },
  "Fn::Sub": substitute,
  "Fn::GetAtt": (argument, scope) => {
    const [logicalId, ...rest] = Array.isArray(argument) ? argument.map(text) : text(argument).split(".");
    return scope.attribute(text(logicalId), rest.join("."));
  },
  "Fn::Select": (argument, scope) => {
    const [index, items] = list(argument);
    return list(resolve(items, scope))[Number(resolve(index, scope))];
  },
  "Fn::Split": (argument, scope) => {
    const [separator, source] = list(argument);
    return text(resolve(source, scope)).split(text(separator));
  },
  "Fn::If": (argument, scope) => {
    const [condition, whenTrue, whenFalse] = list(argument);
    return resolve(scope.condition(text(condition)) ? whenTrue : whenFalse, scope);
  },
  "Fn::FindInMap": (argument, scope) => {
    const [map, key, attribute] = list(resolve(argument, scope)).map(text);
    return scope.mapping(text(map), text(key), text(attribute));
  },
  "Fn::Base64": (argument, scope) => Buffer.from(text(resolve(argument, scope))).toString("base64"),
  "Fn::GetAZs": () => ["us-east-1a", "us-east-1b"],
};

function intrinsic(name: string): Intrinsic {
  const known = INTRINSICS[name];
  if (known === undefined) throw new Error(`the template uses ${name}, which local AWS does not support`);
  return known;
}

function substitute(argument: Json, scope: Scope): string {
  const [template, given] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
  const variables = isObject(given) ? given : {};
  return text(template).replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
    if (literal !== "") return `\${${name}}`;
    const variable = variables[name];
    if (variable !== undefined) return text(resolve(variable, scope));
    const [logicalId = "", ...attribute] = name.split(".");
    return text(
      attribute.length === 0 ? scope.ref(logicalId) : scope.attribute(logicalId, attribute.join(".")),
    );
  });
}

function resolveList(items: readonly Json[], scope: Scope): readonly Json[] {
  return items.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
}

function list(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value))
    throw new Error(`expected a list in an intrinsic function, got ${JSON.stringify(value)}`);
  return value as readonly Json[];
}

function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`expected text in an intrinsic function, got ${JSON.stringify(value)}`);
}
