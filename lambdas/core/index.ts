export type {
  Broadcast,
  ConnectError,
  Handshake,
  Listener,
  Middleware,
  Namespace,
  Next,
  Socket,
} from "./api";
export type { DefaultEventsMap } from "./event-maps";
export { type JwtOptions, jwt } from "./jwt";
export { Server } from "./namespace";
export type { DisconnectReason } from "./records";
export { requireRole } from "./require-role";
