import { io, type Socket } from "socket.io-client";

export interface Address {
  /** `https://` and the host of the stack's output `WebSocketUrl`. */
  readonly origin: string;
  /** The stage: `/prod`. With a custom domain and the API mapping key `socket.io`, leave it out. */
  readonly path?: string;
}

export function connect({ origin, path }: Address, token: string, namespace = "/"): Socket {
  return io(`${origin}${namespace}`, { path, transports: ["websocket"], auth: { token } });
}
