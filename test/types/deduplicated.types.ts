// Checked by the compiler alone: each line below an expectation must not compile.
import { deduplicated, Server } from "roomcast";

interface C2S {
  pay(orderId: string, ack?: (receipt: { id: string }) => void): void;
  note(text: string, urgency: number): void;
}
interface S2C {
  paid(orderId: string): void;
}

const io = new Server<C2S, S2C>();

io.on(
  "pay",
  deduplicated({ key: (orderId) => orderId.trim(), ttlSeconds: 60 }, (socket, orderId, ack) => {
    socket.emit("paid", orderId.trim());
    ack?.({ id: orderId });
    // @ts-expect-error: the receipt has an id
    ack?.({});
    // @ts-expect-error: no such event
    socket.emit("unknown");
  }),
);
io.on(
  "note",
  deduplicated({ key: (text, urgency) => `${text}${urgency.toFixed()}` }, () => {}),
);
io.on(
  "note",
  deduplicated({ key: () => undefined }, (_socket, text) => text.trim()),
);
// @ts-expect-error: a key is a string
const numbered: { key: (text: string, urgency: number) => string } = { key: (_text, urgency) => urgency };
io.on(
  "note",
  deduplicated(numbered, () => {}),
);

const untyped = new Server();
untyped.on(
  "anything",
  deduplicated({ key: (id) => id }, (socket, id, ack) => ack(socket.id, id)),
);
