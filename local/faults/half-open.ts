import { EventEmitter } from "node:events";
import { WebSocket } from "ws";
import { Connection, type ConnectionListener } from "../gateway/connection";
import type { Peer } from "../gateway/events";
import type { Limits } from "../limits";

/**
 * What the gateway has in the place of a client that is gone without its knowing: posts are taken, and even
 * keep it from being idle. It ends as any other: by DELETE, after two hours, or when nothing is posted.
 */
export function halfOpen(
  peer: Peer,
  limits: Limits,
  listener: Omit<ConnectionListener, "message">,
): Connection {
  const lifetimeMs = Math.max(0, peer.connectedAt + limits.lifetimeMs - Date.now());
  // It has all that a connection uses of a WebSocket.
  const socket = new DeadSocket() as unknown as WebSocket;
  return new Connection(peer, socket, { ...limits, lifetimeMs }, { ...listener, message: () => {} });
}

/** The WebSocket without its other end: what is sent succeeds, nobody gets it, nothing comes. */
class DeadSocket extends EventEmitter {
  readonly OPEN = WebSocket.OPEN;
  readonly bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;

  send(): void {}

  close(code: number, reason: string): void {
    this.readyState = WebSocket.CLOSED;
    this.emit("close", code, Buffer.from(reason));
  }

  terminate(): void {
    this.close(1006, "");
  }
}
