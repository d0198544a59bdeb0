import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { JsonLine } from "../../../soak/clients/json-line";
import { Log } from "../../../soak/log";

const SAID = { event: "said", args: ["event", "execution", 0] };

let server: WebSocketServer;
let line: JsonLine;
let log: Log;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  log = new Log();
  line = new JsonLine(`ws://localhost:${port}`, "client", log);
});

afterEach(() => {
  line.vanish();
  for (const client of server.clients) client.terminate();
  server.close();
});

test("is one socket on one WebSocket, though it hears twice that it is connected", async () => {
  const [socket] = await opened();
  await hear(socket, { connected: {} }, { connected: {} }, SAID);
  expect(log.entries.map(({ kind }) => kind)).toEqual(["connected", "received"]);
  expect(line.connection).toBe(1);
});

test("is another socket on another WebSocket", async () => {
  const [first] = await opened();
  await hear(first, { connected: {} });
  first.close();
  const [second] = await opened();
  await hear(second, { connected: {} }, SAID);
  expect(log.entries.map(({ kind }) => kind)).toEqual(["connected", "dropped", "connected", "received"]);
  expect(line.connection).toBe(2);
});

function opened(): Promise<[WebSocket]> {
  return once(server, "connection") as Promise<[WebSocket]>;
}

/** Until the line has dealt with all of them: it answers a ping after that. */
async function hear(socket: WebSocket, ...frames: readonly object[]): Promise<void> {
  const heard = once(socket, "message");
  for (const frame of [...frames, { ping: true }]) socket.send(JSON.stringify(frame));
  await heard;
}
