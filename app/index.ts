import { jwt, type Namespace, requireRole, Server } from "roomcast";
import { registerChat } from "./chat";
import type { AdminServerToClient, ClientToServer, ServerToClient } from "./events";
import { registerOrders } from "./orders";

const io = new Server<ClientToServer, ServerToClient>();

// Every socket of "/" is somebody: the token's `sub` is `socket.userId`, and a push to that user reaches it.
io.use(jwt());

// Middleware belongs to its namespace: "/admin" has to ask for the token itself.
const admin: Namespace<Record<never, never>, AdminServerToClient> = io.of("/admin");
admin.use(jwt());
admin.use(requireRole("admin"));
admin.on("connection", (socket) => {
  socket.emit("welcome", { userId: socket.userId ?? "", role: "admin" });
});

registerChat(io);
registerOrders(io, admin);

export default io;
