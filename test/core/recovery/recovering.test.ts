import { disconnect } from "../../../lambdas/core/connections/closing";
import { push } from "../../../lambdas/core/push/push";
import { Barrier } from "../../support/barrier";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, app, IN_A, type Service, say } from "./alice";
import { ReturningClient, recoverable, WINDOW_MS } from "./returning-client";

/** Says it in the room, to another one, to the socket and to everyone. */
async function sayAll(service: Service, { sid }: ReturningClient): Promise<void> {
  await say(service, IN_A, "one");
  await say(service, { rooms: ["b"] }, "not mine");
  await say(service, { sockets: [sid] }, "two");
  await say(service, { rooms: ["a"], exceptRooms: [sid] }, "for the others");
  await say(service, { everyone: true }, "three");
  await say(service, { rooms: ["a", "b"], sockets: [sid] }, "four");
}

const ALL = ["said one", "said two", "said three", "said four"];

describe("a client that comes back", () => {
  test("has its sid, rooms and data again, and gets what it missed, in order, before connect", async () => {
    const { service, alice, heard } = await aliceInRoom({ user: "alice" });
    const { sid, pid } = alice;
    await say(service, IN_A, "before");
    expect(alice.read()).toHaveLength(1);
    await alice.connection?.drop();
    await sayAll(service, alice);
    await say(service, { users: ["alice"] }, "five");
    await alice.connect();
    expect(alice.frames.at(-1)).toBe(`40${JSON.stringify({ sid, pid })}`);
    expect(alice.events()).toEqual([...ALL, "said five"]);
    expect(alice.recovered).toBe(true);
    expect(heard.slice(1)).toEqual(["disconnect transport close", 'connection true a {"name":"Alice"}']);
  });

  test("hears everything once from then on", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await alice.connect();
    await sayAll(service, alice);
    expect(alice.events()).toEqual(ALL);
    service.now += 10_000;
    await alice.send("join", "b");
    await say(service, { rooms: ["b"] }, "mine now");
    expect(alice.events()).toEqual(["said mine now"]);
    expect(service.errors()).toEqual([]);
  });

  test("is recovered again and again, joins of every connection included", async () => {
    const { service, alice } = await aliceInRoom();
    for (const text of ["one", "two", "three"]) {
      await alice.send("join", text);
      await alice.connection?.drop();
      await say(service, { rooms: [text] }, text);
      await alice.connect();
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual([`said ${text}`]);
    }
    const [socket] = service.stores.socketRecords();
    expect(Object.keys(socket?.rooms ?? {})).toEqual(["a", "one", "two", "three"]);
  });

  test("need not have got any event before", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await sayAll(service, alice);
    expect(alice.offset).toBeUndefined();
    await alice.connect();
    expect(alice.events()).toEqual(ALL);
  });

  test("gets what was posted and never arrived, too", async () => {
    const { service, alice } = await aliceInRoom();
    await say(service, IN_A, "arrived");
    alice.read();
    await say(service, IN_A, "accepted, and lost");
    await alice.connection?.drop();
    await say(service, IN_A, "while away");
    await alice.connect();
    expect(alice.events()).toEqual(["said accepted, and lost", "said while away"]);
  });

  test("gets nothing of a room from before it joined", async () => {
    const { service, alice } = await aliceInRoom();
    await say(service, { rooms: ["b"] }, "too early");
    service.tick();
    await alice.send("join", "b");
    await alice.connection?.drop();
    await say(service, { rooms: ["b"] }, "in time");
    await alice.connect();
    expect(alice.events()).toEqual(["said in time"]);
  });

  test("finds its middleware run, with what that sets", async () => {
    const { service, alice, heard, rule } = await aliceInRoom({ user: "alice" });
    rule.also = (socket) => {
      socket.join("checked");
      socket.data = { checked: true };
    };
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(heard.at(-1)).toBe('connection true a,checked {"name":"Alice","checked":true}');
    await say(service, { rooms: ["checked"] }, "welcome");
    expect(alice.events()).toEqual(["said welcome"]);
  });

  test("has each namespace of its connection back", async () => {
    const { io } = app();
    io.of("/other").on("connection", (socket) => socket.join("a"));
    const service = recoverable(io);
    const [one, other] = [new ReturningClient(service), new ReturningClient(service)];
    await one.connect();
    await other.connect("/other", one.connection);
    await one.connection?.drop();
    await say(service, { namespace: "/other", rooms: ["a"] }, "there");
    await one.connect();
    await other.connect("/other", one.connection);
    expect([one.recovered, other.recovered]).toEqual([true, true]);
    expect(other.events()).toEqual(["said there"]);
  });

  test("gets a binary event with its offset", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    const bob = await service.socketIo();
    await bob.send('42["show","a"]');
    await alice.connect();
    expect(alice.frames.slice(-3)).toEqual([
      expect.stringMatching(/^451-\["file",\{"_placeholder":true,"num":0\},"[0-9a-z]{18}"\]$/),
      "bAAEC",
      expect.stringMatching(/^40/),
    ]);
  });
});

describe("a client that comes back before anybody noticed that it was gone", () => {
  test("has its old connection closed, listeners first, and goes on", async () => {
    const { service, alice, heard } = await aliceInRoom();
    const old = alice.connection;
    await sayAll(service, alice);
    old?.take();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(ALL);
    expect(heard.slice(1)).toEqual(["disconnect transport close", 'connection true a {"name":"Alice"}']);
    expect(service.cut).toEqual([old?.connectionId]);
  });

  test("keeps all it has when the old connection's $disconnect comes late", async () => {
    const { service, alice, heard } = await aliceInRoom();
    const old = alice.connection;
    await alice.connect();
    await old?.drop();
    await sayAll(service, alice);
    expect(alice.events()).toEqual(ALL);
    expect(heard).toHaveLength(3);
    await alice.connection?.drop();
    await say(service, IN_A, "later");
    await alice.connect();
    expect(alice.events()).toEqual(["said later"]);
  });

  test("waits for the listeners of whoever is closing it", async () => {
    const { service, alice, heard } = await aliceInRoom();
    const [record] = service.stores.socketRecords();
    if (!record) throw new Error("no socket");
    const claimed = await service.stores.sockets.claim(record, "transport close");
    const { pause } = service.services.clock;
    let pauses = 0;
    service.services.clock.pause = async (ms) => {
      pauses += 1;
      if (pauses === 3 && claimed) {
        heard.push("closed at last");
        const { pid = "", connectionId, rooms, data } = claimed;
        await service.stores.sessions.park(pid, { connectionId, at: service.now, rooms, data }, 2e9);
        await service.stores.sockets.remove(claimed);
      }
      return pause(ms);
    };
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(heard.slice(1)).toEqual(["closed at last", 'connection true a {"name":"Alice"}']);
  });

  test("does not wait for ever for one that crashed while it was closing", async () => {
    const { service, alice } = await aliceInRoom();
    const [record] = service.stores.socketRecords();
    if (!record) throw new Error("no socket");
    await service.stores.sockets.claim(record, "transport close");
    const startedAt = service.now;
    await say(service, IN_A, "one");
    alice.connection?.take();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
    expect(service.now - startedAt).toBeLessThan(7_000);
  });
});

describe("a client that was not dropped but let go", () => {
  test.each<[string, (client: ReturningClient, service: Service) => Promise<unknown>]>([
    ["left by itself", async ({ connection }) => connection?.send("41")],
    ["was disconnected by a listener", (client) => client.send("leave us")],
    [
      "was disconnected by a backend",
      ({ sid }, { services }) => push(services, { sockets: [sid], disconnect: true }),
    ],
    ["broke the protocol", async ({ connection }) => connection?.send("4abc")],
  ])("because it %s is connected anew", async (_how, leave) => {
    const { service, alice, heard } = await aliceInRoom();
    const { sid, pid } = alice;
    await leave(alice, service);
    await service.settle();
    expect(service.stores.sessions.records.size).toBe(0);
    await say(service, IN_A, "one");
    await alice.connect();
    expect(alice.recovered).toBe(false);
    expect(alice.sid).not.toBe(sid);
    expect(alice.pid).not.toBe(pid);
    expect(alice.events()).toEqual([]);
    expect(heard.at(-1)).toBe("connection false  {}");
  });
});

describe("a client that cannot be recovered", () => {
  test("because the window is over is connected anew, and the next time from there", async () => {
    const { service, alice } = await aliceInRoom();
    const { sid } = alice;
    await say(service, IN_A, "arrived");
    alice.read();
    await alice.connection?.drop();
    service.now += WINDOW_MS + 1;
    await say(service, IN_A, "missed");
    await alice.connect();
    expect(alice.recovered).toBe(false);
    expect(alice.sid).not.toBe(sid);
    expect(alice.events()).toEqual([]);
    service.now += 5_000;
    await alice.connection?.drop();
    await say(service, { everyone: true }, "since");
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said since"]);
  });

  test("at the end of the window still is", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    service.now += WINDOW_MS - 100;
    await alice.connect();
    expect(alice.recovered).toBe(true);
  });

  test.each([
    ["another user", "mallory"],
    ["nobody in particular", undefined],
  ])("because it comes as %s gets nothing of the first, who can still come back", async (_who, user) => {
    const { service, alice } = await aliceInRoom({ user: "alice" });
    await alice.connection?.drop();
    await say(service, IN_A, "secret");
    const thief = new ReturningClient(service, user === undefined ? {} : { user });
    thief.pid = alice.pid;
    await thief.connect();
    expect(thief.recovered).toBe(false);
    expect(thief.sid).not.toBe(alice.sid);
    expect(thief.frames).toHaveLength(1);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said secret"]);
  });

  test("because middleware refuses it is refused, and can come back better", async () => {
    const { service, alice } = await aliceInRoom({ user: "alice" });
    await alice.connection?.drop();
    const refused = new ReturningClient(service, { user: "nobody" });
    refused.pid = alice.pid;
    await refused.connect();
    expect(refused.frames).toEqual(['44{"message":"not any more"}']);
    await alice.connect();
    expect(alice.recovered).toBe(true);
  });

  test("because its pid is of another namespace is connected anew", async () => {
    const { io } = app();
    io.of("/other");
    const service = recoverable(io);
    const alice = await new ReturningClient(service).connect();
    await alice.connection?.drop();
    await alice.connect("/other");
    expect(alice.recovered).toBe(false);
  });

  test.each([
    ["pid", 7],
    ["pid", ""],
    ["pid", "x".repeat(3_000)],
    ["pid", null],
  ])("because its %s is %p is connected all the same", async (_what, pid) => {
    const { service } = await aliceInRoom();
    const odd = await new ReturningClient(service, { pid }).connect();
    expect(odd.sid).toMatch(/^@/);
    expect(service.errors()).toEqual([]);
  });

  test.each([7, "zzz", { $gt: "" }])("starts at its beginning with the offset %p", async (offset) => {
    const { service, alice } = await aliceInRoom();
    await sayAll(service, alice);
    alice.connection?.take();
    await alice.connection?.drop();
    const { pid, sid } = alice;
    const odd = await new ReturningClient(service, { pid, offset }).connect();
    expect(odd.sid).toBe(sid);
    expect(odd.events()).toEqual(ALL);
  });

  test("because it missed more than can be sent gets none of it, and is connected anew", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    const many = Array.from({ length: 2_501 }, (_, index) => ({ ...IN_A, event: "said", data: index }));
    await push(service.services, many);
    service.now += 1_000;
    await alice.connect();
    expect(alice.recovered).toBe(false);
    expect(alice.frames).toHaveLength(1);
    expect([...service.stores.sessions.records.keys()]).toEqual([alice.pid]);
  });
});

describe("two connections that want one socket", () => {
  test("at once: the last to arrive has it, whichever is handled first", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { service, alice } = await aliceInRoom();
      await alice.connection?.drop();
      await say(service, IN_A, "one");
      const query = { EIO: "4", transport: "websocket" };
      const connections = [await service.connection({ query }), await service.connection({ query })];
      const arrivals = [service.tick(), service.tick()];
      const { sid, pid } = alice;
      for (const index of order) {
        await connections[index]?.send(`40${JSON.stringify({ pid })}`, arrivals[index]);
      }
      await service.settle();
      const [socket, ...others] = service.stores
        .socketRecords()
        .filter((record) => record.sid === sid && !record.closedFor);
      expect(others).toEqual([]);
      expect(socket?.connectionId).toBe(connections[1]?.connectionId);
      expect(connections[1]?.take().at(-1)).toBe(`40${JSON.stringify({ sid, pid })}`);
    }
  });

  test("while the first is not done: it is given up, and nothing of it stays", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await say(service, IN_A, "one");
    const second = new ReturningClient(service, { pid: alice.pid });
    const { pause } = service.services.clock;
    const first = alice.connect();
    let isFirst = true;
    service.services.clock.pause = async (ms) => {
      if (isFirst) {
        isFirst = false;
        await second.connect();
      }
      return pause(ms);
    };
    await first;
    await service.settle();
    expect(second.events()).toEqual(["said one"]);
    expect(service.stores.socketRecords().map(({ connectionId }) => connectionId)).toEqual([
      second.connection?.connectionId,
    ]);
    await say(service, IN_A, "two");
    expect(second.events()).toEqual(["said two"]);
  });
});

describe("events that are emitted during a recovery", () => {
  test("all come once and in order, from the log or as posts", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    const time = new VirtualTime(service);
    const count = 120;
    const emitting = async () => {
      for (let one = 1; one <= count; one += 1) {
        // Nobody waits for an emit to be done before the next.
        emits.push(say(service, IN_A, String(one)));
        await time.pause(11);
      }
    };
    const emits: Promise<unknown>[] = [];
    await time.run(Promise.all([emitting(), time.pause(50).then(() => alice.connect())]));
    await time.run(Promise.all(emits));
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(Array.from({ length: count }, (_, index) => `said ${index + 1}`));
    const connectedAfter = alice.frames.findIndex((frame) => frame.startsWith("40"));
    expect(connectedAfter).toBeGreaterThan(20);
    expect(connectedAfter).toBeLessThan(100);
  });
});

describe("a listener that is still running when its client has come back", () => {
  test("reaches it on its new connection", async () => {
    const { service, alice, rule } = await aliceInRoom();
    const barrier = new Barrier();
    rule.answered = barrier.passed;
    rule.asked = new Barrier();
    const asking = alice.send("ask", "the answer");
    await rule.asked.passed;
    const old = alice.connection?.connectionId ?? "";
    await alice.connect();
    service.gone.add(old);
    service.now += 5_000;
    barrier.open();
    await asking;
    expect(alice.events()).toEqual(["said the answer"]);
  });

  test("reaches it by the log when it is away", async () => {
    const { service, alice, rule } = await aliceInRoom();
    const barrier = new Barrier();
    rule.answered = barrier.passed;
    rule.asked = new Barrier();
    const asking = alice.send("ask", "the answer");
    await rule.asked.passed;
    await alice.connection?.drop();
    service.gone.add(alice.connection?.connectionId ?? "");
    barrier.open();
    await asking;
    await alice.connect();
    expect(alice.events()).toEqual(["said the answer"]);
  });
});

describe("posts that did not arrive, or of which nobody knows", () => {
  const outcomes = ["throttled", "failed", "gone"] as const;
  test.each(outcomes)("%s: have the client come back for them", async (outcome) => {
    const { service, alice } = await aliceInRoom();
    const { post } = service.services.gateway;
    let posts = 0;
    service.services.gateway.post = async (recipient, frame) => {
      posts += 1;
      return posts === 1 ? outcome : post(recipient, frame);
    };
    const missed = ["first", "second"].map((data) => ({ ...IN_A, event: "said", data }));
    await push(service.services, missed);
    // Had it got the second, it would never ask for the first.
    expect(posts).toBe(1);
    service.services.gateway.post = post;
    await service.settle();
    expect(service.cut).toContain(alice.connection?.connectionId);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said first", "said second"]);
  });

  test("unknown: have the client come back for them, and are not doubled", async () => {
    const { service, alice } = await aliceInRoom();
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) => {
      await post(recipient, frame);
      return "unknown";
    };
    await say(service, IN_A, "arrived after all");
    service.services.gateway.post = post;
    await service.settle();
    expect(new Set(service.cut)).toEqual(new Set([alice.connection?.connectionId]));
    expect(alice.events()).toEqual(["said arrived after all"]);
    await say(service, IN_A, "meanwhile");
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said meanwhile"]);
  });

  test("to a plain JSON client are left alone: it could not catch up", async () => {
    const { service } = await aliceInRoom();
    const json = await service.connection();
    await json.send({ event: "join", data: "b" });
    service.services.gateway.post = async () => "unknown";
    await say(service, { rooms: ["b"] }, "perhaps");
    await service.settle();
    expect(service.cut).toEqual([]);
  });
});

describe("a recovery that fails half-way", () => {
  const away = () => Promise.reject(new Error("DynamoDB is away"));

  test.each<[string, (service: Service) => () => void]>([
    [
      "its claim",
      ({ stores: { sessions } }) => {
        const { claim } = sessions;
        sessions.claim = away;
        return () => void Object.assign(sessions, { claim });
      },
    ],
    [
      "its socket",
      ({ stores: { sockets } }) => {
        const { create } = sockets;
        sockets.create = away;
        return () => void Object.assign(sockets, { create });
      },
    ],
    [
      "its last step",
      ({ stores: { sessions } }) => {
        const { resume } = sessions;
        sessions.resume = away;
        return () => void Object.assign(sessions, { resume });
      },
    ],
  ])("at %s: the client is cut, and recovers when it comes again", async (_step, breakIt) => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await say(service, IN_A, "one");
    const mend = breakIt(service);
    await alice.connect();
    expect(service.cut).toEqual([alice.connection?.connectionId]);
    mend();
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
  });

  test("at the posts: the client is cut, and gets them when it comes again", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await say(service, IN_A, "one");
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) =>
      frame.includes("one") ? "unknown" : post(recipient, frame);
    await alice.connect();
    service.services.gateway.post = post;
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
  });

  test("with the connection gone before it has the socket: the next has it", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    await say(service, IN_A, "one");
    const { resume } = service.stores.sessions;
    service.stores.sessions.resume = async (session, expiresAt) => {
      const connections = [{ connectionId: session.connectionId }];
      service.gone.add(session.connectionId);
      await disconnect(service.services, { version: 1, connections, reason: "transport close", cut: false });
      return resume.call(service.stores.sessions, session, expiresAt);
    };
    await alice.connect();
    service.stores.sessions.resume = resume;
    alice.forget();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
  });
});

describe("where recovery is off", () => {
  test("there is neither a pid nor an offset, and nothing is logged", async () => {
    const { io } = app();
    const { CoreService } = await import("../../support/core-service");
    const service = new CoreService(io);
    const client = await service.socketIo("/", { pid: "x", offset: "y" });
    expect(client.take()).toEqual([expect.stringMatching(/^40\{"sid":"[^"]+"\}$/)]);
    await client.send('42["join","a"]');
    await push(service.services, { ...IN_A, event: "said", data: "one" });
    expect(client.take()).toEqual(['42["said","one"]']);
    await client.drop();
    expect(service.stores.events.entries).toEqual([]);
    expect(service.stores.sessions.records.size).toBe(0);
  });
});
