import { Server } from "../../../lambdas/core";
import { say } from "./alice";
import { ReturningClient, recoverable } from "./returning-client";

/** A client that was in rooms `a` and `b`, twice in `b`, and comes back. */
async function returning(io: Server) {
  const rooms: string[][] = [];
  io.on("connection", (socket) => void rooms.push([...socket.rooms].slice(1)));
  io.on("join", (socket, room) => socket.join(room));
  const service = recoverable(io);
  const client = await new ReturningClient(service).connect();
  for (const room of ["a", "b", "b"]) await client.send("join", room);
  return { service, client, rooms };
}

describe("what a socket leaves behind", () => {
  test("is without the rooms that `disconnecting` listeners left, and without what comes to those", async () => {
    const io = new Server();
    io.on("disconnecting", (socket) => socket.leave("b"));
    const { service, client, rooms } = await returning(io);
    await client.connection?.drop();
    await say(service, { rooms: ["b"] }, "not for it");
    await say(service, { rooms: ["a"], exceptRooms: ["b"] }, "for it");
    await client.connect();
    expect(client.recovered).toBe(true);
    expect(rooms.at(-1)).toEqual(["a"]);
    expect(client.events()).toEqual(["said for it"]);
  });

  test("is without the rooms that `disconnecting` listeners join: it was gone by then", async () => {
    const io = new Server();
    io.on("disconnecting", (socket) => void socket.join("c").catch(() => {}));
    const { client, rooms } = await returning(io);
    await client.connection?.drop();
    await client.connect();
    expect(rooms.at(-1)).toEqual(["a", "b"]);
  });

  test("leads to what was emitted when it had left its rooms, and was not parked yet", async () => {
    const io = new Server();
    io.on("disconnect", (socket) => {
      io.to("a").emit("said", "by the listener");
      socket.data.said = true;
    });
    const { client, rooms } = await returning(io);
    await client.connection?.drop();
    expect(client.connection?.take()).toEqual([]);
    await client.connect();
    expect(rooms.at(-1)).toEqual(["a", "b"]);
    expect(client.events()).toEqual(["said by the listener"]);
  });
});
