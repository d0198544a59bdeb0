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
} from "./api/api";
export type { Broadcast, RemoteSocket, TimedBroadcast, TimedSocket } from "./api/api-broadcast";
export { type DeduplicationOptions, deduplicated } from "./api/deduplicated";
export type { DefaultEventsMap } from "./api/event-maps";
export { Server } from "./api/namespace";
export type { Claims } from "./auth/claims";
export { type JwtOptions, jwt } from "./auth/jwt";
export { type RequireRoleOptions, requireRole } from "./auth/require-role";
export type { TokenAlgorithm } from "./auth/token-algorithms";
export type { DisconnectReason } from "./records";
