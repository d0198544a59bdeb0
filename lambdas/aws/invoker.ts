import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { DisconnectEvent, OpenEvent } from "../core/internal-events";
import type { Invoker } from "../core/ports";
import type { KeepAlive } from "./keep-alive";

const REQUEST_TIMEOUT_MS = 5_000;

export interface FunctionNames {
  readonly open?: string;
  readonly disconnect?: string;
}

/** Invokes asynchronously: Lambda queues the event and retries it twice. */
export function createInvoker(names: FunctionNames, keepAlive: KeepAlive): Invoker {
  const client = new LambdaClient({ requestHandler: keepAlive.requestHandler(REQUEST_TIMEOUT_MS) });
  const invoke = async (name: string | undefined, what: string, event: OpenEvent | DisconnectEvent) => {
    if (name === undefined) throw new Error(`the ${what} function is not known to this one`);
    const Payload = Buffer.from(JSON.stringify(event));
    await client.send(new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload }));
  };
  return {
    open: (event) => invoke(names.open, "open", event),
    disconnect: (event) => invoke(names.disconnect, "disconnect", event),
  };
}
