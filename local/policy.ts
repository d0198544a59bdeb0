/** An IAM statement with its intrinsics resolved. Conditions are not evaluated: a statement with one applies. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Patterns with `*` and `?`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export type Policy = readonly Statement[];

/** Whether IAM would let the owner of this policy do `action` on `resource`: an Allow, and no Deny. */
export function isAllowed(policy: Policy, action: string, resource: string): boolean {
  const applying = policy.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => matches(pattern, resource)),
  );
  return (
    applying.some(({ effect }) => effect === "Allow") && applying.every(({ effect }) => effect === "Allow")
  );
}

/** IAM's wildcards: `*` any characters, `?` one. */
export function matches(pattern: string, value: string): boolean {
  return compile(pattern).test(value);
}

const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const expression = new RegExp(`^${source}$`, "s");
  compiled.set(pattern, expression);
  return expression;
}
