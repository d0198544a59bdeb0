import type { AdminServerToClient, ServerToClient } from "../../app/events";
import { Emitter } from "../../emitter";

interface WithAck {
  ask(question: string, ack: (answer: string) => void): void;
}

interface Reserved {
  disconnect(): void;
}

/** Checked by the compiler, never run. */
export async function typed(emitter: Emitter<ServerToClient>, asking: Emitter<WithAck>, untyped: Emitter) {
  const { sent } = await emitter.to("order:1042").emit("orderUpdate", { id: "1042", status: "shipped" });
  sent satisfies number;

  await emitter.to(["a", "b"]).except("c").toUser("alice").emit("notification", { text: "hi" });
  await emitter.of<AdminServerToClient>("/admin").emit("welcome", { userId: "root", role: "admin" });
  await emitter.of("/other").emit("notification", { text: "the map of / where none is given" });
  await untyped.emit("anything", 1, "two", {});
  await asking.emit("ask", "a push has no ack");

  const { done } = await emitter.toUser("alice").except("a").socketsJoin(["b", "c"]);
  done satisfies number;
  await emitter.in("a").socketsLeave("b");
  await emitter.of<AdminServerToClient>("/admin").disconnectSockets(true);

  // @ts-expect-error a room is a string
  await emitter.in("a").socketsJoin(1042);
  // @ts-expect-error which rooms to leave has to be said
  await emitter.in("a").socketsLeave();
  // @ts-expect-error no such event
  await emitter.emit("orderUpdated", { id: "1042", status: "shipped" });
  // @ts-expect-error a client's event, not the server's
  await emitter.emit("placeOrder", "a book");
  // @ts-expect-error a member is missing
  await emitter.emit("orderUpdate", { id: "1042" });
  // @ts-expect-error an argument is missing
  await emitter.to("a").emit("notification");
  // @ts-expect-error an argument too many
  await emitter.toUser("alice").emit("notification", { text: "hi" }, 2);
  // @ts-expect-error an event of another namespace
  await emitter.of<AdminServerToClient>("/admin").emit("notification", { text: "hi" });
  // @ts-expect-error a push has no ack
  await asking.emit("ask", "why?", () => {});
  // @ts-expect-error a room is a string
  await emitter.to(1042).emit("notification", { text: "hi" });
  // @ts-expect-error without a function there is nothing to invoke
  new Emitter({});
  // @ts-expect-error a reserved event in the map
  new Emitter<Reserved>({ functionName: "push" });
}
