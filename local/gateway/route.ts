import type { Route, WebSocketApi } from "../template/model";

/** The route of a message, `$default` where none other fits; `undefined` when there is not even that. */
export function selectRoute(api: WebSocketApi, body: string): Route | undefined {
  const key = routeKey(api.routeSelectionExpression, body);
  const isOwn = !key.startsWith("$") && Object.hasOwn(api.routes, key);
  return isOwn ? api.routes[key] : api.routes.$default;
}

function routeKey(expression: string, body: string): string {
  if (expression.startsWith("\\$")) return expression.slice(1);
  return expression.replace(/\$\{?request\.body\.([\w.]+)\}?/g, (_match, path: string) => field(body, path));
}

function field(body: string, path: string): string {
  const value = path.split(".").reduce<unknown>((parent, key) => {
    const isParent = typeof parent === "object" && parent !== null && Object.hasOwn(parent, key);
    return isParent ? Reflect.get(parent, key) : undefined;
  }, parse(body));
  return typeof value === "string" || typeof value === "number" ? String(value) : "$default";
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
