import { Server } from "roomcast";

const io = new Server();

io.on("connection", (socket) => socket.join("everybody"));
io.on("join", async (socket, room: string, ack?: (done: string) => void) => {
  await socket.join(room);
  ack?.("joined");
});
io.on("leave", async (socket, room: string, ack?: (done: string) => void) => {
  await socket.leave(room);
  ack?.("left");
});
io.on("say", (_socket, room: string, text: string, ack?: (done: string) => void) => {
  io.to(room).emit("said", text);
  ack?.("said");
});

export default io;
