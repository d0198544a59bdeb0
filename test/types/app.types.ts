// Checked by the compiler alone: each line below an expectation must not compile.
import { jwt, type Namespace, requireRole, Server, type Socket } from "roomcast";

interface Order {
  id: string;
  status: string;
}
interface C2S {
  message(data: { text: string }): void;
  joinOrder(orderId: string, ack: (answer: "ok" | "no") => void): void;
  optAck(x: number, ack?: (n: number) => void): void;
  nothing(): void;
}
interface S2C {
  message(data: { text: string }): void;
  orderUpdate(order: Order): void;
  notification(notification: { type: string }): void;
}
interface AdminS2C {
  welcome(welcome: { role: string }): void;
  newOrder(order: Order): void;
}
interface Data {
  visits: number;
}

const io = new Server<C2S, S2C, Data>();
io.use(jwt());
io.use((socket, next) => {
  if (!socket.handshake.auth.token) return next(new Error("Auth failed"));
  socket.userId = "u";
  next();
});
io.on("connection", (socket) => {
  socket.data.visits = 1;
});
io.on("joinOrder", async (socket, orderId, ack) => {
  await socket.join(`order:${orderId}`);
  ack?.("ok");
});
io.on("message", (socket, data) => socket.broadcast.emit("message", data));
io.on("optAck", (_socket, x, ack) => ack?.(x + 1));
io.on("nothing", () => {});
io.on("disconnect", (socket, reason) => [socket.id, reason.length]);
const admin: Namespace<Record<never, never>, AdminS2C> = io.of("/admin");
admin.use(jwt()).use(requireRole("admin"));
admin.on("connection", (socket) => socket.emit("welcome", { role: "admin" }));

export function sending(socket: Socket<C2S, S2C, Data>): void {
  admin.emit("newOrder", { id: "1", status: "new" });
  io.to("order:1").except("x").emit("orderUpdate", { id: "1", status: "x" });
  io.toUser("u").emit("notification", { type: "A" });
  socket.to(["a", "b"]).emit("message", { text: "hi" });
}

const untyped = new Server();
untyped.on("anything", (socket, a, b, ack) => {
  socket.emit("x", a, b);
  socket.data.anything = 1;
  ack("y");
});
untyped.of("/n").on("connection", (socket) => socket.emit("z", 1));

export function mustNotCompile(socket: Socket<C2S, S2C, Data>): void {
  // @ts-expect-error unknown event
  io.on("mesage", () => {});
  // @ts-expect-error wrong argument
  io.on("joinOrder", (_socket, _id: number) => {});
  // @ts-expect-error ack is optional: calling it bare
  io.on("joinOrder", (_socket, _id, ack) => ack("ok"));
  // @ts-expect-error wrong ack answer
  io.on("joinOrder", (_socket, _id, ack) => ack?.("maybe"));
  // @ts-expect-error Socket.IO's listener with a required ack
  io.on("joinOrder", (_socket, _id: string, _ack: (answer: "ok" | "no") => void) => {});
  // @ts-expect-error wrong payload
  io.emit("orderUpdate", { id: 1 });
  // @ts-expect-error a client-to-server event cannot be emitted
  io.emit("joinOrder", "1");
  // @ts-expect-error the Socket.IO habit
  socket.on("message", () => {});
  // @ts-expect-error reserved name in a map
  new Server<{ connection(): void }, S2C>();
  // @ts-expect-error data type
  socket.data.visits = "1";
  // @ts-expect-error admin's map has no such event
  admin.emit("orderUpdate", { id: "1", status: "x" });
  // @ts-expect-error rooms are a set to read
  socket.rooms.add("room");
}
