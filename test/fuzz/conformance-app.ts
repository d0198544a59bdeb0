import { jwt, Server } from "roomcast";

/** What Socket.IO's conformance suites ask of a server, and `/private`, for who has a token. */
const io = new Server();

io.on("message", (socket, ...args) => socket.emit("message-back", ...withoutAck(args)));
io.on("message-with-ack", (_socket, ...args) => {
  const ack = args.at(-1);
  if (typeof ack === "function") ack(...withoutAck(args));
});

io.of("/private").use(jwt());
for (const nsp of [io, io.of("/custom")]) {
  nsp.on("connection", (socket) => socket.emit("auth", socket.handshake.auth));
}

function withoutAck(args: readonly unknown[]): unknown[] {
  return args.filter((arg) => typeof arg !== "function");
}

export default io;
