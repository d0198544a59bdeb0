import { Server, type Socket } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import type { Barrier } from "../../support/barrier";
import { ReturningClient, recoverable } from "./returning-client";

/** An app that says what it heard. */
export function app() {
  const io = new Server();
  const heard: string[] = [];
  const rule: {
    also?: (socket: Socket) => void;
    connected?: (socket: Socket) => unknown;
    asked?: Barrier;
    answered?: Promise<void>;
  } = {};
  io.use((socket, next) => {
    rule.also?.(socket);
    const { user } = socket.handshake.auth;
    if (user === "nobody") return next(new Error("not any more"));
    if (typeof user === "string") socket.userId = user;
    next();
  });
  io.on("connection", (socket) => {
    heard.push(`connection ${socket.recovered} ${[...socket.rooms].slice(1)} ${JSON.stringify(socket.data)}`);
    return rule.connected?.(socket);
  });
  io.on("disconnect", (_socket, reason) => heard.push(`disconnect ${reason}`));
  io.on("join", (socket, room) => socket.join(room));
  io.on("leave", (socket, room) => socket.leave(room));
  io.on("note", (socket, key, value) => {
    socket.data[key] = value;
  });
  io.on("say", (socket, room, text) => socket.to(room).emit("said", text));
  io.on("ask", async (socket, answer) => {
    rule.asked?.open();
    await rule.answered;
    socket.emit("said", answer);
  });
  io.on("show", (socket, room) => socket.to(room).emit("file", Buffer.from([0, 1, 2])));
  io.on("leave us", (socket) => socket.disconnect());
  return { io, heard, rule };
}

export async function aliceInRoom(auth: Record<string, unknown> = {}) {
  const { io, heard, rule } = app();
  const service = recoverable(io);
  const alice = await new ReturningClient(service, auth).connect();
  await alice.send("join", "a");
  await alice.send("note", "name", "Alice");
  return { service, alice, heard, rule };
}

export type Service = ReturnType<typeof recoverable>;

/** As a backend would. */
export function say(service: Service, target: object, text: string): Promise<unknown> {
  service.tick();
  return push(service.services, { event: "said", args: [text], ...target });
}

export const IN_A = { rooms: ["a"] };

/** Handed on to workers; answers what has them come. */
export async function sayByWorkers(service: Service, text: string): Promise<() => Promise<void>> {
  const { maxInlinePosts } = service.fanOut;
  service.fanOut.maxInlinePosts = 0;
  await say(service, IN_A, text);
  service.fanOut.maxInlinePosts = maxInlinePosts;
  const handedOn = service.queue.splice(0);
  if (handedOn.length === 0) throw new Error("expected somebody to post to");
  return () => {
    service.queue.unshift(...handedOn);
    return service.settle();
  };
}
