import { randomUUID } from "node:crypto";
import type { Namespace, Server, Socket } from "roomcast";
import type { AdminServerToClient, ClientToServer, ServerToClient } from "./events";
import { isName } from "./input";

type Client = Socket<ClientToServer, ServerToClient>;

/** Order tracking: `orderUpdate`, pushed by a backend to `order:<id>`, reaches those who track the order. */
export function registerOrders(
  io: Server<ClientToServer, ServerToClient>,
  admin: Namespace<Record<never, never>, AdminServerToClient>,
): void {
  io.on("joinOrder", async (socket, orderId, ack) => {
    if (!isName(orderId)) return ack?.({ error: "orderId: expected 1 to 100 characters" });
    if (!(await mayTrack(socket, orderId))) return ack?.({ error: "orderId: not an order of yours" });
    await socket.join(orderRoom(orderId));
    ack?.("ok");
  });

  io.on("leaveOrder", async (socket, orderId, ack) => {
    if (!isName(orderId)) return ack?.({ error: "orderId: expected 1 to 100 characters" });
    await socket.leave(orderRoom(orderId));
    ack?.("ok");
  });

  io.on("placeOrder", async (socket, item, ack) => {
    if (!isName(item)) return ack?.({ error: "item: expected 1 to 100 characters" });
    const order = { id: randomUUID().slice(0, 8), status: "placed" };
    await socket.join(orderRoom(order.id));
    admin.emit("newOrder", { ...order, item, from: socket.userId ?? "" });
    ack?.(order);
  });
}

/**
 * Here your application decides who may track an order: look the order up and compare its customer with
 * `socket.userId`. The demo has no orders of its own, so everybody who is signed in may track any.
 */
async function mayTrack(socket: Client, _orderId: string): Promise<boolean> {
  return socket.userId !== undefined;
}

const orderRoom = (orderId: string) => `order:${orderId}`;
