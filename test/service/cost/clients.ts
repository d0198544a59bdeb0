import { io, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { JsonClient } from "../../support/clients";
import type { LocalAws } from "../../support/local-aws";

/** Of a user of that name, which is all that the app asks for; it does not come back by itself. */
export async function connectSocketIo({ ioUrl }: LocalAws, user: string): Promise<Socket> {
  const options = { transports: ["websocket"], auth: { token: user }, forceNew: true, reconnection: false };
  const client = io(ioUrl, options);
  client.on("asked", (ack: (answer: string) => void) => ack("answer"));
  await connected(client);
  return client;
}

export function connected(client: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
    client.io.once("close", (reason) => reject(new Error(`closed: ${reason}`)));
  });
}

export async function connectJson({ webSocketUrl }: LocalAws, user: string): Promise<JsonClient> {
  const client = new JsonClient(new WebSocket(webSocketUrl, ["roomcast.v1", user]));
  await client.connected;
  return client;
}

/** The WebSocket is gone without a word, as when a network is. */
export function drop(client: Socket): Promise<void> {
  return new Promise((resolve) => {
    client.once("disconnect", () => resolve());
    // The `ws` beneath the browser's interface.
    const { transport } = client.io.engine as unknown as { transport: { ws: { terminate(): void } } };
    transport.ws.terminate();
  });
}

/** What `disconnect()` sends, without the close that follows at once. */
export async function leave(client: Socket): Promise<void> {
  client.io.engine.write("1");
}
