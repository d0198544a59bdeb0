import type { Checked, DefaultEventsMap } from "../lambdas/core/api/event-maps";
import { PushBroadcast } from "./push-broadcast";
import { type PushFunctionOptions, pushFunction } from "./push-function";

export type { PushResult } from "../lambdas/core/push/push";
export type { OperationResult } from "../lambdas/core/push/push-operation";
export type { PushBroadcast } from "./push-broadcast";
export { PushError } from "./push-function";
export type EmitterOptions = PushFunctionOptions;

/**
 * Emits from a backend, as Socket.IO's emitters do, by invoking the push function. Typed with the event map
 * that the app's server sends with:
 *
 *     const emitter = new Emitter<ServerToClient>({ functionName });
 *     await emitter.to("order:1042").emit("orderUpdate", { id: "1042", status: "shipped" });
 *     await emitter.of<AdminServerToClient>("/admin").emit("newOrder", order);
 */
export class Emitter<S2C extends Checked<S2C> = DefaultEventsMap> extends PushBroadcast<S2C> {
  readonly #push: ReturnType<typeof pushFunction>;

  constructor(options: EmitterOptions) {
    const push = pushFunction(options);
    super(push, "/");
    this.#push = push;
  }

  /** Another namespace, with its own event map. Without it, it is `/`. */
  of<NS2C = S2C>(namespace: string): PushBroadcast<NS2C> {
    return new PushBroadcast<NS2C>(this.#push, namespace);
  }
}
