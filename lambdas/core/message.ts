import type { Protocol } from "../protocol/negotiate";
import type { Arrival } from "./arrival";
import { withDeadline } from "./deadline";
import { handleJsonFrame } from "./json-packets";
import type { Services } from "./services";
import { handleSocketIoFrame } from "./socket-io-packets";
import { stampsOf } from "./stamps";

export interface MessageRequest {
  readonly connectionId: string;
  readonly body: string;
  /** When it reached API Gateway, milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** `$default`: one message of a client. Those of a closed or unknown connection were in flight: dropped. */
export async function message(services: Services, request: MessageRequest): Promise<void> {
  const loaded = await services.connections.load(request.connectionId);
  if (!loaded || loaded.connection.closedFor) return;
  const { arrivedAt } = request;
  const arrival = { services: withDeadline(services), ...loaded, arrivedAt, nextStamp: stampsOf(arrivedAt) };
  await FRAME_HANDLERS[loaded.connection.protocol](arrival, request.body);
}

const FRAME_HANDLERS: Readonly<Record<Protocol, (arrival: Arrival, body: string) => Promise<void>>> = {
  "socket.io": handleSocketIoFrame,
  json: handleJsonFrame,
};
