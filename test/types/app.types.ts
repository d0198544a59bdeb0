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
  confirm(question: string, ack: (yes: boolean) => void): void;
}
interface AdminS2C {
  welcome(welcome: { role: string }): void;
  newOrder(order: Order): void;
  confirm(question: string, ack: (yes: boolean) => void): void;
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

export async function acks(socket: Socket<C2S, S2C, Data>) {
  const yes: boolean = await socket.timeout(1000).emitWithAck("confirm", "sure?");
  const untimed: boolean = await socket.emitWithAck("confirm", "sure?");
  const all: boolean[] = await io.timeout(1000).to("a").emitWithAck("confirm", "sure?");
  const inRoom: boolean[] = await io.to("a").except("b").timeout(1000).emitWithAck("confirm", "sure?");
  const others: boolean[] = await socket.broadcast.timeout(1000).emitWithAck("confirm", "sure?");
  socket.emit("confirm", "q", (ok) => {
    const answer: boolean = ok;
    return answer;
  });
  socket.timeout(5).emit("confirm", "q", (error: Error | null, ok) => {
    const answer: boolean = ok;
    return [error, answer];
  });
  io.timeout(5).emit("confirm", "q", (error, oks) => {
    const answers: boolean[] = oks;
    return [error, answers];
  });
  socket.volatile.emit("message", { text: "hi" });
  socket.send({ text: "hi" }).write({ text: "hi" });
  io.send({ text: "hi" });
  io.volatile.to("a").emit("message", { text: "hi" });
  return [yes, untimed, all, inRoom, others];
}

export async function manySockets(): Promise<unknown[]> {
  await io.in("a").socketsJoin(["b", "c"]);
  await io.socketsLeave("b");
  await io.to("a").disconnectSockets(true);
  const sockets = await io.in("a").fetchSockets();
  return sockets.map(async (remote) => {
    const visits: number = remote.data.visits;
    remote.emit("message", { text: "hi" });
    await remote.join("d");
    await remote.leave("d");
    const yes: boolean = await remote.timeout(10).emitWithAck("confirm", "q");
    return [visits, remote.handshake.address, remote.rooms.size, yes];
  });
}

io.usePacket((socket, [event, ...args], next) =>
  next(args.length > 9 ? new Error(event + socket.id) : undefined),
);
io.onAny((socket, event, ...args) => [socket.id, event.length, args.length]);

const untyped = new Server();
untyped.send("anything", 1);
const dynamic: Namespace = untyped.of(/^\/tenant-\d+$/);
dynamic.on("connection", (socket) => socket.nsp.emit("joined", socket.recovered));
untyped.on("connection", async (socket) => {
  const answer = await socket.timeout(10).emitWithAck("anything", 1, 2);
  socket.emit("anything", answer.whatever, (more: string) => more);
});
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
  // @ts-expect-error what `message` does not take
  socket.send("hi");
  // @ts-expect-error no such event in the map
  admin.send("hi");
  // @ts-expect-error no ack in the map
  io.timeout(1).emitWithAck("message", { text: "" });
  // @ts-expect-error an ack of many needs timeout()
  io.emitWithAck("confirm", "q");
  // @ts-expect-error nor does a callback do without it
  io.emit("confirm", "q", () => {});
  // @ts-expect-error an ack that answers something else
  socket.emit("confirm", "q", (answer: string) => answer);
  // @ts-expect-error what was fetched is to read
  io.fetchSockets().then(([remote]) => remote?.rooms.add("x"));
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
