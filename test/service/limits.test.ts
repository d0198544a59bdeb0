import { join } from "node:path";
import { SOCKET_IO, type Wire, WireService } from "./rules/wire";

/** In their window, which is a minute: 600 messages are within, and 1,200 are not. */
const MESSAGES_PER_SECOND = 10;
const CONNECTIONS = 40;
const LIMITS = {
  messagesPerSecond: MESSAGES_PER_SECOND,
  userMessagesPerSecond: "off",
  socketsPerUser: 2,
  eventNameBytes: 32,
  connectionsPerAddress: CONNECTIONS,
};
const MAX_PAYLOAD = 2_000;

/** Always answered: within the rate by `Invalid namespace`. */
const FENCE = "40/nowhere,";
const REFUSED = '44/nowhere,{"message":"rate limited","data":{"code":"rate_limited"}}';
const AT_ONCE = 50;

const TOO_MANY = {
  message: "more than 2 sockets of one user",
  data: { code: "too_many_sockets", status: 429, limit: 2 },
};
const RATE_LIMITED = { code: "rate_limited", message: expect.stringContaining("fewer messages") };

let service: WireService;

beforeAll(async () => {
  const limits = Object.entries(LIMITS).map((pair) => pair.join("="));
  service = await WireService.start(join(__dirname, "fixtures", "limits-app.ts"), {
    limits: limits.join(","),
    maxPayload: String(MAX_PAYLOAD),
  });
});

afterAll(() => service?.stop());

/** Sends some at a time, each of which is answered, until one of the answers is the one that is waited for. */
async function sendUntil(client: Wire, frame: string, isIt: (answer: string) => boolean): Promise<void> {
  for (;;) {
    client.send(...Array.from({ length: AT_ONCE }, () => frame));
    for (let answers = 0; answers < AT_ONCE; answers++) if (isIt(await client.next())) return;
  }
}

async function connected(token?: string): Promise<Wire> {
  const client = await service.greeted();
  const auth = token === undefined ? "" : JSON.stringify({ token });
  expect(await client.ask(`40${auth}`)).toMatch(/^40\{"sid":/);
  return client;
}

test("[L1, L2] a Socket.IO client whose pongs and packets are too many is not heard, but may go", async () => {
  const client = await connected();
  let sent = 0;
  for (let answer = ""; answer !== REFUSED; answer = await client.ask(FENCE)) {
    client.send(...Array.from({ length: AT_ONCE }, () => "3"));
    sent += AT_ONCE;
  }
  // A draw counts for sixteen, and a minute may have ended in between.
  expect(sent).toBeGreaterThan(0.5 * 60 * MESSAGES_PER_SECOND);
  client.send('421["echo",1]', '451-["echo",{"_placeholder":true,"num":0}]', "bAAE=");
  for (let asked = 0; asked < 3; asked++) expect(await client.ask(FENCE)).toBe(REFUSED);
  await service.logged('"Limit":"messagesPerSecond"');
  client.send("1");
  await client.closed;
}, 120_000);

test("[L1, L3] a plain JSON client beyond the rate is told for each frame, and before it is closed", async () => {
  const client = await service.json();
  await sendUntil(client, '{"ping":true}', (answer) => answer !== '{"pong":true}');
  client.send({ event: "echo", data: 1, id: 7 });
  // After the other answers.
  let answer = await client.next();
  while (!answer.includes('"id":7')) answer = await client.next();
  expect(JSON.parse(answer)).toEqual({ error: RATE_LIMITED, id: 7 });
  const last = '{"disconnect":{"reason":"forced close","reconnect":true}}';
  await sendUntil(client, '{"ping":true}', (answer) => answer === last);
  await client.closed;
}, 120_000);

test("[L4] a user has so many sockets and no more, by either protocol", async () => {
  const [first] = [await connected("ada"), await connected("ada")];
  const third = await service.greeted();
  expect(await third.ask('40{"token":"ada"}')).toBe(`44${JSON.stringify(TOO_MANY)}`);
  expect(await service.status("token=ada")).toBe(429);
  const nobody = await service.json();
  expect(await nobody.askJson({ auth: { token: "ada" } })).toEqual({
    error: { code: "rate_limited", ...TOO_MANY },
  });
  expect(await nobody.askJson({ auth: { token: "bob" } })).toMatchObject({ connected: { userId: "bob" } });
  first?.send("1");
  await first?.closed;
  for (let answer = ""; !answer.startsWith("40"); answer = await third.ask('40{"token":"ada"}'));
});

test("[L5] a message that is too large is refused, and closes a Socket.IO client's connection", async () => {
  const data = "x".repeat(MAX_PAYLOAD);
  const json = await service.json();
  expect(await json.askJson({ event: "echo", data })).toMatchObject({ error: { code: "payload_too_large" } });
  expect(await json.askJson({ event: "echo", data: 1, id: 1 })).toMatchObject({ ack: 1 });
  const packets = await connected();
  packets.send(`42${JSON.stringify(["echo", data])}`);
  await packets.closed;
});

test("[L6] so is an event whose name is too long", async () => {
  const event = "e".repeat(LIMITS.eventNameBytes + 1);
  const json = await service.json();
  expect(await json.askJson({ event, id: 1 })).toMatchObject({
    error: { code: "payload_too_large", field: "event" },
    id: 1,
  });
  const packets = await connected();
  packets.send(`42${JSON.stringify([event])}`);
  await packets.closed;
});

test("[L7] an address that opens too many connections is refused with 429, and no function fails", async () => {
  let opened = 0;
  while ((await service.status(SOCKET_IO)) === 101) opened += 1;
  expect(await service.status(SOCKET_IO)).toBe(429);
  // A minute may have ended in between.
  expect(opened).toBeLessThanOrEqual(2 * CONNECTIONS);
  expect(service.failures()).toEqual([]);
});
