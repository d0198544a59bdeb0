import { encodeJsonAck, encodeJsonConnected, encodeJsonDisconnect } from "../../protocol/json-frames";
import type { Protocol } from "../../protocol/negotiate";
import { encodeAck, encodeConnect, encodeDisconnect } from "../../protocol/socket-io";
import type { DisconnectReason, SocketRecord } from "../records";
import type { Settings } from "../settings";

/** What the service itself says to a client, in the client's protocol. */
interface Dialect {
  connected(socket: SocketRecord, settings: Settings): readonly string[];
  ack(namespace: string, id: number | string, args: readonly unknown[]): readonly string[];
  disconnected(namespace: string, reason: DisconnectReason): readonly string[];
  /** A plain JSON WebSocket is one socket: when that is gone, so is the connection. */
  readonly closesWithItsSocket: boolean;
}

export const DIALECTS: Readonly<Record<Protocol, Dialect>> = {
  "socket.io": {
    connected: ({ namespace, sid, pid }) => [encodeConnect(namespace, { sid, pid })],
    ack: (namespace, id, args) => encodeAck(namespace, Number(id), args),
    disconnected: (namespace) => [encodeDisconnect(namespace)],
    closesWithItsSocket: false,
  },
  json: {
    connected: ({ sid, userId, tokenExpiresAt }, { maxPayloadBytes, pingIntervalMs }) => [
      encodeJsonConnected({
        id: sid,
        userId,
        maxPayloadBytes,
        pingIntervalSeconds: pingIntervalMs / 1000,
        tokenExpiresAt,
      }),
    ],
    ack: (_namespace, id, args) => [encodeJsonAck(id, args)],
    disconnected: (_namespace, reason) => [encodeJsonDisconnect({ reason, reconnect: false })],
    closesWithItsSocket: true,
  },
};
