export type Protocol = "socket.io" | "json";
