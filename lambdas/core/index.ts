export type {
  ConnectError,
  Handshake,
  Listener,
  Middleware,
  Namespace,
  Next,
  Packet,
  PacketMiddleware,
  Socket,
} from "./api";
export type { Broadcast, RemoteSocket, TimedBroadcast, TimedSocket } from "./api-broadcast";
export type { Claims } from "./claims";
export { type DeduplicationOptions, deduplicated } from "./deduplicated";
export type { DefaultEventsMap } from "./event-maps";
export { type JwtOptions, jwt } from "./jwt";
export { Server } from "./namespace";
export type { DisconnectReason } from "./records";
export { type RequireRoleOptions, requireRole } from "./require-role";
export type { TokenAlgorithm } from "./token-algorithms";
