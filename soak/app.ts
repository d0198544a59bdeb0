import { randomUUID } from "node:crypto";
import { Server } from "roomcast";

type Ack = () => void;

const io = new Server();

io.on("join", async (socket, room: string, ack: Ack) => {
  await socket.join(room);
  ack();
});

io.on("leave", async (socket, room: string, ack: Ack) => {
  await socket.leave(room);
  ack();
});

/** Each run of a listener has its name, so that what is done twice is not taken for what is delivered twice. */
io.on("say", (_socket, event: string, room: string, count: number, ack: Ack) => {
  const execution = randomUUID();
  for (let index = 0; index < count; index += 1) io.to(room).emit("said", event, execution, index);
  ack();
});

io.on("tell", (socket, event: string, room: string, count: number, ack: Ack) => {
  const execution = randomUUID();
  for (let index = 0; index < count; index += 1) socket.to(room).emit("said", event, execution, index);
  ack();
});

io.on("sync", (_socket, ack: Ack) => ack());

export default io;
