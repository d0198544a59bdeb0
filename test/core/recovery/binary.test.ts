import { Decoder } from "socket.io-parser";
import { Server } from "../../../lambdas/core";
import type { Gateway } from "../../../lambdas/core/ports";
import { decodeEngineFrame } from "../../../lambdas/protocol/engine-io";
import type { CoreService } from "../../support/core-service";
import { VirtualTime } from "../../support/virtual-time";
import { ReturningClient, recoverable } from "./returning-client";

function app() {
  const io = new Server();
  io.on("connection", (socket) => socket.join("a"));
  io.on("say", () => io.to("a").emit("said"));
  const files = io.of("/files");
  files.binary = true;
  files.on("connection", (socket) => socket.join("a"));
  files.on("show", () => files.to("a").emit("file", Buffer.from([0, 1, 2])));
  return io;
}

/** Each post takes 8 ms, and the client has it in the middle of that. */
function slowPosts(service: CoreService): VirtualTime {
  const time = new VirtualTime(service);
  const gateway: { post: Gateway["post"] } = service.services.gateway;
  const post = gateway.post;
  gateway.post = async (recipient, frame) => {
    await time.pause(4);
    const outcome = await post(recipient, frame);
    await time.pause(4);
    return outcome;
  };
  return time;
}

/** The names of the events, or the error that the client drops its connection for. */
function eventsIn(frames: readonly string[]): unknown[] {
  const events: unknown[] = [];
  const decoder = new Decoder();
  decoder.on("decoded", ({ data }) => Array.isArray(data) && events.push(data[0]));
  for (const frame of frames) {
    const packet = decodeEngineFrame(frame);
    decoder.add("data" in packet ? packet.data : undefined);
  }
  return events;
}

test("[S6] a client that comes back in two namespaces at once: no text comes between the frames of what it missed", async () => {
  const service = recoverable(app());
  const text = await new ReturningClient(service).connect();
  const files = await new ReturningClient(service).connect("/files", text.connection);
  const other = await new ReturningClient(service).connect();
  await new ReturningClient(service).connect("/files", other.connection);
  await text.connection?.drop();
  for (let n = 0; n < 40; n++) await other.send("say");
  for (let n = 0; n < 5; n++) await other.connection?.send('42/files,["show"]');
  const connection = await service.connection({ query: { EIO: "4", transport: "websocket" } });
  connection.take();
  const back = [text, files].map(({ pid, offset }) => JSON.stringify({ pid, offset }));
  const connecting = ["40", "40/files,"].map((start, index) => connection.send(`${start}${back[index]}`));
  await slowPosts(service).run(Promise.all(connecting));
  const events = eventsIn(connection.take());
  expect(events.filter((event) => event === "said")).toHaveLength(40);
  expect(events.filter((event) => event === "file")).toHaveLength(5);
});
