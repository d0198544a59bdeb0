/** The rows of the table, in their order. What begins with `…` comes on top of a row above it. */
export const LABELS = {
  connect: "connect, Socket.IO: upgrade, open packet and CONNECT",
  connectJson: "connect, plain JSON with a token at the upgrade",
  reconnect: "connect, Socket.IO, back after a drop: 1 joined room, 3 events missed",
  event: "event that needs no room",
  ack: "… acked by the listener",
  data: "… whose listener sets a key of `socket.data`",
  awaitedAck: "… whose listener awaits the client's ack",
  join: "… whose listener joins a room",
  leave: "… whose listener leaves a room",
  rateCount: "… more for one message in 16, which is counted for the rate limits",
  toNobody: "event to a room that nobody else is in",
  toTen: "event to a room of 10",
  toHundred: "event to a room of 100",
  toLarge: "event to a room of 1,300, by workers",
  toTenExceptFew: "event to a room of 10 except a room of 10",
  toTenExceptMany: "event to a room of 10 except a room of 1,500",
  toAll: "event to everyone else, who are 10",
  push: "push to a room of 10",
  pushToUser: "push to a user with one connection",
  ping: "ping and pong, each interval and connection",
  heartbeat: "heartbeat, each minute",
  heartbeatOfThousand: "… more for each 1,000 connections",
  drop: "disconnect, Socket.IO: the connection drops",
  dropFromRoom: "… more for each joined room",
  disconnect: "disconnect, Socket.IO: the client calls `disconnect()`",
  dropJson: "disconnect, plain JSON",
} as const;

export type Operation = keyof typeof LABELS;

export const OPERATIONS = Object.keys(LABELS) as readonly Operation[];
