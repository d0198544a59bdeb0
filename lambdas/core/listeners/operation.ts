import type { Emit } from "../delivery/recipients";
import type { Scope } from "./scope";

/** What a listener called, and `name` is what the log calls it. */
export type Operation = { readonly scope: Scope; readonly name: string } & (
  | { readonly kind: "emit"; readonly emit: Emit }
  | { readonly kind: "effect"; run(): Promise<void>; settle(error?: unknown): void }
);

/** What must not be posted before the client hears that it is connected. */
export interface Held {
  readonly connect: () => Promise<void>;
  /** In the order of the calls. */
  readonly effects: { readonly operations: readonly Operation[]; readonly send: () => Promise<void> }[];
  released?: Promise<void>;
}

/** Apps may put ids into the names of events. */
const MOST_NAMES = 10;

export function isWanted(operation: Operation): boolean {
  return operation.scope.failure === undefined;
}

export function emitting(event: string): string {
  return `emit ${JSON.stringify(event)}`;
}

export function afterTheEnd(scope: Scope, name: string): string {
  return `${name} refused: ${scope.label} had ended. Await the work, or push from a backend`;
}

/** For whoever looks for what is missing. */
export function outOfTime(dropped: readonly Operation[]): Error {
  const counts = new Map<string, number>();
  for (const { name } of dropped) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].slice(0, MOST_NAMES).map(([name, count]) => `${count} × ${name}`);
  const rest = counts.size > MOST_NAMES ? ", …" : "";
  return new Error(`the packet's time was over: ${dropped.length} not begun, ${names.join(", ")}${rest}`);
}

/** The failure is logged where it happens, so a listener that does not await the operation owes no catch. */
export function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
