import type { Protocol } from "../../protocol/negotiate";
import { closeFlood } from "../limits/excess";
import { messageRate } from "../limits/message-rate";
import { withDeadline } from "../listeners/deadline";
import type { Services } from "../services";
import { stampsOf } from "../stamps";
import type { Arrival } from "./arrival";
import { handleJsonFrame } from "./json-packets";
import { handleSocketIoFrame } from "./socket-io-packets";

export interface MessageRequest {
  readonly connectionId: string;
  readonly body: string;
  /** When it reached API Gateway, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /**
   * Where the messages of a connection are handled one after the other: its place among them, 20 digits that
   * grow. The earlier ones have been handled.
   */
  readonly sequence?: string;
}

/** `$default`: one message of a client. Those of a closed or unknown connection were in flight: dropped. */
export async function message(services: Services, request: MessageRequest): Promise<void> {
  const loaded = await services.connections.load(request.connectionId);
  if (!loaded || loaded.connection.closedFor) return;
  const { arrivedAt, sequence } = request;
  const rate = messageRate(services, loaded, arrivedAt);
  if (rate.verdict === "flood") return closeFlood(services, loaded.connection);
  const waitingConnectionId = sequence === undefined ? undefined : request.connectionId;
  const arrival = {
    services: { ...withDeadline(services), waitingConnectionId },
    ...loaded,
    arrivedAt,
    sequence,
    nextStamp: stampsOf(arrivedAt, sequence),
    isExcess: rate.verdict === "excess",
  };
  const handled = FRAME_HANDLERS[loaded.connection.protocol](arrival, request.body);
  // Beside the listeners, which do not wait for it; but nothing goes on when the invocation is over.
  const counted = rate.count();
  await handled.finally(() => counted);
}

const FRAME_HANDLERS: Readonly<Record<Protocol, (arrival: Arrival, body: string) => Promise<void>>> = {
  "socket.io": handleSocketIoFrame,
  json: handleJsonFrame,
};
