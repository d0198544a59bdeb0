import { type Connect, connectJson, connectSocketIo, type TestClient, type Who } from "../support/clients";
import { startTarget, type Target } from "../support/target";

let target: Target;
const open: TestClient[] = [];

beforeAll(async () => {
  target = await startTarget();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

afterAll(() => target?.stop());

async function join(connect: Connect, who: Who): Promise<TestClient> {
  const client = await connect(target, who);
  open.push(client);
  return client;
}

async function user(connect: Connect, name: string): Promise<TestClient> {
  return join(connect, { token: await target.token({ sub: name }) });
}

/** Nothing came in between: what everyone gets now is the next that each client gets. */
async function expectNothingElse(...clients: TestClient[]): Promise<void> {
  await target.push({ everyone: true, event: "fence" });
  for (const client of clients) expect(await client.next()).toEqual({ event: "fence", data: undefined });
}

const KINDS: readonly [string, Connect][] = [
  ["socket.io-client", connectSocketIo],
  ["a plain WebSocket", connectJson],
];
const PAIRS = KINDS.flatMap(([one, connectOne]) =>
  KINDS.map(([other, connectOther]) => [one, other, connectOne, connectOther] as const),
);

describe.each(PAIRS)("%s with %s", (_one, _other, connectOne, connectOther) => {
  test("chat reaches everyone but the sender, or those of the room", async () => {
    const [alice, bob] = [await user(connectOne, "alice"), await user(connectOther, "bob")];
    const carol = await user(connectSocketIo, "carol");
    expect(await alice.call("message", { text: "hello all" })).toBe("ok");
    for (const client of [bob, carol]) {
      expect(await client.next()).toEqual({ event: "message", data: { from: "alice", text: "hello all" } });
    }
    expect(await alice.call("joinChat", "tea")).toBe("ok");
    expect(await bob.call("joinChat", "tea")).toBe("ok");
    expect(await bob.call("message", { room: "tea", text: "green?" })).toBe("ok");
    expect(await alice.next()).toEqual({
      event: "message",
      data: { from: "bob", room: "tea", text: "green?" },
    });
    expect(await carol.call("message", { room: "tea", text: "let me in" })).toEqual({
      error: "room: join tea first",
    });
    await expectNothingElse(alice, bob, carol);
  });

  test("order updates reach exactly those who track the order", async () => {
    const [alice, bob] = [await user(connectOne, "alice"), await user(connectOther, "bob")];
    expect(await alice.call("joinOrder", "1042")).toBe("ok");
    expect(await bob.call("joinOrder", "1043")).toBe("ok");
    const update = (id: string) => ({ rooms: [`order:${id}`], event: "orderUpdate", data: { id } });
    expect(await target.push(update("1042"))).toMatchObject({ recipients: 1, sent: 1 });
    expect(await target.push(update("1043"))).toMatchObject({ recipients: 1, sent: 1 });
    expect(await alice.next()).toEqual({ event: "orderUpdate", data: { id: "1042" } });
    expect(await bob.next()).toEqual({ event: "orderUpdate", data: { id: "1043" } });
    expect(await alice.call("leaveOrder", "1042")).toBe("ok");
    expect(await target.push(update("1042"))).toMatchObject({ recipients: 0, sent: 0 });
    await expectNothingElse(alice, bob);
  });

  test("a notification reaches all of a user's devices, and nobody else's", async () => {
    const [phone, laptop] = [await user(connectOne, "alice"), await user(connectOther, "alice")];
    const bob = await user(connectOther, "bob");
    const push = { users: ["alice"], event: "notification", data: { text: "hi" } };
    expect(await target.push(push)).toEqual({
      recipients: 2,
      sent: 2,
      gone: 0,
      failed: 0,
      unknown: 0,
      pending: 0,
    });
    for (const device of [phone, laptop]) {
      expect(await device.next()).toEqual({ event: "notification", data: { text: "hi" } });
    }
    await expectNothingElse(phone, laptop, bob);
  });

  test("/admin greets an admin, who sees new orders", async () => {
    const token = await target.token({ sub: "ada", role: "admin" });
    const admin = await join(connectOne, { token, namespace: "/admin" });
    expect(await admin.next()).toEqual({ event: "welcome", data: { userId: "ada", role: "admin" } });
    const bob = await user(connectOther, "bob");
    const order = await bob.call("placeOrder", "tea");
    expect(order).toEqual({ id: expect.any(String), status: "placed" });
    expect(await admin.next()).toEqual({
      event: "newOrder",
      data: { ...(order as object), item: "tea", from: "bob" },
    });
    await expectNothingElse(bob);
  });
});

describe("who may not", () => {
  test("socket.io-client gets connect_error Unauthorized from /admin, also when it is all that it connects to", async () => {
    const token = await target.token({ sub: "bob" });
    await expect(connectSocketIo(target, { token, namespace: "/admin" })).rejects.toThrow("Unauthorized");
  });

  test("a plain WebSocket gets 403 from /admin without the role, and 401 with a bad token", async () => {
    const token = await target.token({ sub: "bob" });
    await expect(connectJson(target, { token, namespace: "/admin" })).rejects.toThrow("HTTP 403");
    await expect(connectJson(target, { token: "nonsense" })).rejects.toThrow("HTTP 401");
  });

  test("socket.io-client gets Unauthorized from / without a good token", async () => {
    await expect(connectSocketIo(target, { token: "nonsense" })).rejects.toThrow("Unauthorized");
    await expect(connectSocketIo(target, { token: "x", namespace: "/nowhere" })).rejects.toThrow(
      "Invalid namespace",
    );
  });
});
