import type { Invoker } from "../core/ports";
import type { KeepAlive } from "./keep-alive";
import { createServiceClient } from "./service-requests";
import { escapeSegment } from "./signed-requests";

/** Names or ARNs; each Lambda knows those that it may invoke. */
export type FunctionNames = { readonly [Name in keyof Invoker]?: string };

/** Asks Lambda to queue the event. */
const HEADERS = { "content-type": "application/json", "x-amz-invocation-type": "Event" };

/** Invokes asynchronously: Lambda queues the event and retries it twice. It may come twice in any case. */
export function createInvoker(names: FunctionNames, keepAlive: KeepAlive): Invoker {
  const client = createServiceClient({ service: "lambda", headers: HEADERS, keepAlive });
  const invoke = async (name: keyof Invoker, event: object) => {
    const id = names[name];
    if (id === undefined) throw new Error(`the ${name} function is not known to this one`);
    await client.post(`/2015-03-31/functions/${escapeSegment(id)}/invocations`, JSON.stringify(event));
  };
  return {
    open: (event) => invoke("open", event),
    disconnect: (event) => invoke("disconnect", event),
    // The template cannot tell `deliver` who runs `disconnect`, which invokes it, too.
    deliver: (event) => invoke("deliver", { ...event, disconnectFunction: names.disconnect }),
  };
}
