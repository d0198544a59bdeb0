import { Server } from "../../../../lambdas/core";
import { work } from "../../../../lambdas/core/delivery/fan-out/worker";
import type { DeliverEvent } from "../../../../lambdas/core/internal-events";
import { push } from "../../../../lambdas/core/push/push";
import { type Client, CoreService } from "../../../support/core-service";
import { VirtualTime } from "../../../support/virtual-time";

/** Everyone is many here; `few` are two. */
async function crowd(io: Server, settings = { maxInlinePosts: 5 }) {
  const service = new CoreService(io);
  Object.assign(service.fanOut, settings);
  const clients: Client[] = [];
  for (let count = 0; count < 8; count++) clients.push(await service.socketIo());
  const [sender, friend] = clients;
  if (!sender || !friend) throw new Error("expected clients");
  await sender.send('42["join"]');
  await friend.send('42["join"]');
  for (const client of clients) client.take();
  return { service, clients, sender, friend };
}

function server(): Server {
  const io = new Server();
  io.on("join", (socket) => socket.join("few"));
  return io;
}

/** Does it, and what workers do because of it. */
async function settled(service: CoreService, doing: () => Promise<unknown>): Promise<void> {
  const all = async () => {
    await doing();
    await service.settle();
  };
  await new VirtualTime(service).run(all());
}

describe("events for many of a listener", () => {
  test("and all that follow reach each client in the order of the calls, whatever the listener awaits", async () => {
    const io = server();
    io.on("go", async (socket) => {
      socket.emit("before");
      io.emit("many");
      io.to("few").emit("few");
      await Promise.resolve();
      socket.to("few").emit("friend");
      await socket.join("other");
      io.emit("many again");
    });
    const { service, clients, sender, friend } = await crowd(io);
    await settled(service, () => sender.send('42["go"]'));
    const expected = ['42["before"]', '42["many"]', '42["few"]', '42["many again"]'];
    expect(sender.take()).toEqual(expected);
    expect(friend.take()).toEqual(['42["many"]', '42["few"]', '42["friend"]', '42["many again"]']);
    for (const client of clients.slice(2)) expect(client.take()).toEqual(['42["many"]', '42["many again"]']);
  });

  test("travel as one delivery", async () => {
    const io = server();
    io.on("go", async (socket) => {
      io.emit("many");
      await socket.join("other");
      io.emit("many again");
    });
    const { service, sender } = await crowd(io);
    await sender.send('42["go"]');
    expect(service.queue.map(({ kind }) => kind)).toEqual(["deliver"]);
  });

  test("reach the sender's own socket before its ack, and before it leaves the room", async () => {
    const io = server();
    io.on("go", (socket, done) => {
      io.emit("many");
      io.to("few").emit("goodbye");
      socket.leave("few");
      done();
    });
    const { service, sender, friend } = await crowd(io);
    await sender.send('420["go"]');
    expect(sender.take()).toEqual(['42["many"]', '42["goodbye"]', "430[]"]);
    await settled(service, async () => {});
    expect(sender.take()).toEqual([]);
    expect(friend.take()).toEqual(['42["many"]', '42["goodbye"]']);
  });

  test("do not reach the sender's own socket where it is left out", async () => {
    const io = server();
    io.on("go", (socket) => {
      socket.broadcast.emit("many");
      io.to("few").except("few").emit("nobody");
    });
    const { service, sender, friend } = await crowd(io);
    await settled(service, () => sender.send('42["go"]'));
    expect(sender.take()).toEqual([]);
    expect(friend.take()).toEqual(['42["many"]']);
  });

  test("from which the sender's own socket is left out do not look for it", async () => {
    const io = server();
    io.on("go", (socket) => {
      socket.broadcast.emit("many");
      socket.to("few").emit("few");
    });
    const { service, sender, friend } = await crowd(io);
    const members = jest.spyOn(service.services.memberships, "members");
    await sender.send('42["go"]');
    expect(members.mock.calls.map(([, room]) => room)).toEqual(["@all", "few"]);
    await settled(service, async () => {});
    expect(sender.take()).toEqual([]);
    expect(friend.take()).toEqual(['42["many"]', '42["few"]']);
  });

  test("of a connection listener follow the client's connect", async () => {
    const io = server();
    io.on("connection", () => io.emit("joined"));
    const { service } = await crowd(io);
    const client = await service.socketIo();
    await settled(service, async () => {});
    expect(client.take()).toEqual([expect.stringMatching(/^40/), '42["joined"]']);
  });

  test("are handed on before a question is asked", async () => {
    const io = server();
    io.on("go", async (socket) => {
      io.emit("many");
      await socket
        .timeout(1_000)
        .emitWithAck("question")
        .catch(() => undefined);
    });
    const { service, sender } = await crowd(io);
    await new VirtualTime(service).run(sender.send('42["go"]'));
    expect(service.queue.map(({ kind }) => kind)).toEqual(["deliver"]);
    expect(sender.take().map((frame) => frame.replace(/\d+\[/, "["))).toEqual(['["many"]', '["question"]']);
  });

  test("are handed on before the ack is sent", async () => {
    const io = server();
    io.on("go", (_socket, done) => {
      io.emit("many");
      done();
    });
    const { service, sender } = await crowd(io);
    const { deliver } = service.services.invoker;
    const heard: (readonly string[])[] = [];
    service.services.invoker.deliver = async (event) => {
      heard.push([...(service.posted.get(sender.connectionId) ?? [])]);
      await deliver(event);
    };
    await sender.send('420["go"]');
    expect(heard).toEqual([['42["many"]']]);
    expect(sender.take()).toEqual(['42["many"]', "430[]"]);
  });

  test("that cannot be handed on are logged, and no ack is sent", async () => {
    const io = server();
    io.on("go", (_socket, done) => {
      io.emit("many");
      done();
    });
    const { service, sender } = await crowd(io);
    service.services.invoker.deliver = () => Promise.reject(new Error("throttled"));
    await sender.send('420["go"]');
    expect(sender.take()).toEqual(['42["many"]']);
    expect(service.errors()).toEqual(['listener of "go" failed to ack']);
  });
});

function workOn(service: CoreService, event: DeliverEvent): Promise<void> {
  return work(service.services, event, service.now + 900_000);
}

describe("a push to many", () => {
  const counted = { gone: 0, failed: 0, unknown: 0 };

  test("answers about how many are on their way", async () => {
    const { service } = await crowd(server());
    const answer = await push(service.services, { everyone: true, event: "news" });
    expect(answer).toEqual({ recipients: 0, sent: 0, ...counted, pending: 8, delivery: expect.any(String) });
  });

  test("waits for them when it is told to", async () => {
    const { service, clients } = await crowd(server());
    let answer: unknown;
    await settled(service, async () => {
      const { invoker } = service.services;
      // Not before the push waits: a worker is another Lambda.
      invoker.deliver = async (event) =>
        void service.services.clock.pause(100).then(() => workOn(service, event));
      answer = await push(service.services, { everyone: true, event: "news", wait: true });
    });
    expect(answer).toEqual({ recipients: 8, sent: 8, ...counted, pending: 0, delivery: expect.any(String) });
    for (const client of clients) expect(client.take()).toEqual(['42["news"]']);
  });

  test("waits in vain no longer than it can", async () => {
    const { service } = await crowd(server());
    const began = service.now;
    let answer: unknown;
    await new VirtualTime(service).run(
      push(service.services, { everyone: true, event: "news", wait: true }).then((answered) => {
        answer = answered;
      }),
    );
    expect(answer).toMatchObject({ recipients: 0, pending: 8 });
    expect(service.now - began).toBe(50_000);
  });

  test.each([
    [{ everyone: true, event: "x", wait: "yes" }, 'wait: expected true or false, got "yes"'],
    [{ everyone: true, join: ["a"], wait: true }, "wait: expected an event beside it, got none"],
  ])("%j is refused", async (input, message) => {
    const { service } = await crowd(server());
    await expect(push(service.services, input)).rejects.toThrow(message);
  });
});
