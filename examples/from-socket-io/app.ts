import { jwt, requireRole, Server } from "roomcast";
import type { AdminToServer, ClientToServer, ServerToAdmin, ServerToClient } from "./events";
import { ownerOf } from "./orders";

interface Data {
  comments?: number;
}

const io = new Server<ClientToServer, ServerToClient, Data>();

io.use(jwt());

io.on("joinOrder", async (socket, orderId, ack) => {
  if ((await ownerOf(orderId)) !== socket.userId) return ack?.({ error: "not an order of yours" });
  socket.join(`order:${orderId}`);
  ack?.("ok");
});

io.on("comment", (socket, orderId, text, ack) => {
  if (!socket.rooms.has(`order:${orderId}`)) return ack?.({ error: "join the order first" });
  const comments = socket.data.comments ?? 0;
  if (comments >= 2) return ack?.({ error: "enough for now" });
  socket.data.comments = comments + 1;
  socket.to(`order:${orderId}`).emit("comment", { orderId, from: socket.userId ?? "", text });
  ack?.("ok");
});

const admin = io.of<AdminToServer, ServerToAdmin>("/admin");
admin.use(jwt());
admin.use(requireRole("admin"));

admin.on("connection", (socket) => {
  socket.emit("welcome", { role: "admin" });
});

admin.on("signOut", async (_socket, userId, ack) => {
  await io.toUser(userId).disconnectSockets(true);
  ack?.("ok");
});

export default io;
