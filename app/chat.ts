import type { Server } from "roomcast";
import type { ClientToServer, Message, ServerToClient } from "./events";
import { isName } from "./input";

/** Chat: messages to the room that the sender is in, or to everyone, but not back to the sender. */
export function registerChat(io: Server<ClientToServer, ServerToClient>): void {
  io.on("joinChat", async (socket, room, ack) => {
    if (!isName(room)) return ack?.({ error: "room: expected 1 to 100 characters" });
    await socket.join(chatRoom(room));
    ack?.("ok");
  });

  io.on("leaveChat", async (socket, room, ack) => {
    if (!isName(room)) return ack?.({ error: "room: expected 1 to 100 characters" });
    await socket.leave(chatRoom(room));
    ack?.("ok");
  });

  io.on("message", (socket, message, ack) => {
    if (!isMessage(message)) return ack?.({ error: "message: expected { room?, text }" });
    const { room, text } = message;
    const from = socket.userId ?? "";
    if (room === undefined) {
      socket.broadcast.emit("message", { from, text });
      return ack?.("ok");
    }
    if (!socket.rooms.has(chatRoom(room))) return ack?.({ error: `room: join ${room} first` });
    socket.to(chatRoom(room)).emit("message", { from, room, text });
    ack?.("ok");
  });
}

const chatRoom = (room: string) => `chat:${room}`;

/** The event maps are what honest clients send; what arrives is up to anybody. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const { room, text } = value as Record<string, unknown>;
  return typeof text === "string" && (room === undefined || isName(room));
}
