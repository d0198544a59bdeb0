import { io as connect, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { type LocalAws, startLocalAws } from "../support/local-aws";

/** Short enough to see several pings, long enough for a busy machine to be in time. */
const PING_INTERVAL_MS = 300;
const PING_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 2_000;

let service: LocalAws;
let token: string;

beforeAll(async () => {
  const context = { pingInterval: "0.3", pingTimeout: "1.5", connectTimeout: "2" };
  service = await startLocalAws({ context });
  token = await service.token({ sub: "alice" });
});

afterAll(() => service?.stop());

/** A WebSocket's frames and its end; `answer` says what it replies to a frame, if anything. */
function raw(query: string, answer: (frame: string) => string | undefined) {
  const socket = new WebSocket(`${service.webSocketUrl}?${query}`);
  const frames: string[] = [];
  let greetedAt = 0;
  socket.on("message", (data) => {
    greetedAt ||= Date.now();
    frames.push(String(data));
    const reply = answer(String(data));
    if (reply !== undefined) socket.send(reply);
  });
  const closed = new Promise<number>((resolve) =>
    socket.once("close", () => resolve(Date.now() - greetedAt)),
  );
  return { socket, frames, closed };
}

function pings(client: Socket, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve, reject) => {
    client.once("disconnect", (reason) => reject(new Error(reason)));
    client.io.on("ping", () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
}

const SOCKET_IO = "EIO=4&transport=websocket";

test("[E2] the open packet announces the intervals, in milliseconds", async () => {
  const client = raw(SOCKET_IO, () => "1");
  await client.closed;
  expect(JSON.parse(client.frames[0]?.slice(1) ?? "")).toMatchObject({
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
  });
});

test("[E5] socket.io-client stays connected for as long as it is pinged", async () => {
  const client = connect(service.ioUrl, { transports: ["websocket"], auth: { token }, reconnection: false });
  try {
    await pings(client, 10);
    expect(client.connected).toBe(true);
  } finally {
    client.close();
  }
});

test("[E5] a client that does not answer is cut", async () => {
  const client = raw(SOCKET_IO, (frame) => (frame.startsWith("0") ? `40{"token":"${token}"}` : undefined));
  expect(await client.closed).toBeGreaterThan(PING_TIMEOUT_MS);
  expect(client.frames.filter((frame) => frame === "2")).toHaveLength(1);
});

test("[E6] a client that connects to no namespace is cut, however well it answers", async () => {
  const client = raw(SOCKET_IO, (frame) => (frame === "2" ? "3" : undefined));
  // It was greeted some time after it connected.
  expect(await client.closed).toBeGreaterThan(CONNECT_TIMEOUT_MS / 2);
  expect(client.frames).toContain("2");
});

test("[E6] a client that has left its only namespace stays", async () => {
  let pings = 0;
  const isEnough = () => pings * PING_INTERVAL_MS > 1.5 * CONNECT_TIMEOUT_MS;
  const client = raw(SOCKET_IO, (frame) => {
    if (frame.startsWith("0")) return `40{"token":"${token}"}`;
    if (frame.startsWith("40")) return "41";
    if (frame !== "2") return undefined;
    pings += 1;
    return isEnough() ? "1" : "3";
  });
  await client.closed;
  expect(isEnough()).toBe(true);
});

test("[J12] a plain JSON client is pinged, and cut with a word when it does not answer", async () => {
  let answers = 3;
  const client = raw(`token=${token}`, (frame) => {
    if (frame !== '{"ping":true}' || answers === 0) return undefined;
    answers -= 1;
    return '{"pong":true}';
  });
  await client.closed;
  expect(client.frames.filter((frame) => frame === '{"ping":true}')).toHaveLength(4);
  expect(client.frames.at(-1)).toBe('{"disconnect":{"reason":"ping timeout","reconnect":true}}');
});

test("[S17, J13] a token that runs out ends its socket, and of a Socket.IO connection no more", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 3;
  const short = await service.token({ sub: "bob", exp });
  const json = raw(`token=${short}`, (frame) => (frame === '{"ping":true}' ? '{"pong":true}' : undefined));
  const packets = raw(SOCKET_IO, (frame) => {
    if (frame.startsWith("0")) return `40{"token":"${short}"}`;
    if (frame === "41") packets.socket.close();
    return frame === "2" ? "3" : undefined;
  });
  await Promise.all([json.closed, packets.closed]);
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
  expect(packets.frames.at(-1)).toBe("41");
  expect(json.frames.at(-1)).toBe('{"disconnect":{"reason":"server namespace disconnect","reconnect":true}}');
});
