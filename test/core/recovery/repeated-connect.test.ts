import { message } from "../../../lambdas/core/messages/message";
import { aliceInRoom, IN_A, type Service, say } from "./alice";
import type { ReturningClient } from "./returning-client";

const SEQUENCE = "0".repeat(20);

/** As the queue hands it on. */
async function connectBy(service: Service, { pid, offset }: ReturningClient, connectionId: string) {
  const body = `40${JSON.stringify({ pid, offset })}`;
  await message(service.services, { connectionId, body, arrivedAt: 0, sequence: SEQUENCE });
}

async function aliceBack() {
  const { service, alice } = await aliceInRoom();
  await alice.connection?.drop();
  await say(service, IN_A, "one");
  const connection = await service.connection({ query: { EIO: "4", transport: "websocket" } });
  return { service, alice, connection };
}

describe("a CONNECT that is handed on once more", () => {
  test("because nobody said that it was done is no second one: the client is cut, and recovers", async () => {
    const { service, alice, connection } = await aliceBack();
    await connectBy(service, alice, connection.connectionId);
    const startedAt = service.now;
    await connectBy(service, alice, connection.connectionId);
    expect(service.now).toBe(startedAt);
    await service.settle();
    expect(service.cut).toContain(connection.connectionId);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
    expect(service.errors()).toEqual([]);
  });

  test.each(["create", "resume", "welcome"])("because its Lambda died at %s: likewise", async (step) => {
    const { service, alice, connection } = await aliceBack();
    const { sockets, sessions, liveness } = service.stores;
    const { create } = sockets;
    const { resume } = sessions;
    const { admit } = liveness;
    const died = new Promise<void>((dead) => {
      const die = () => {
        dead();
        return new Promise<never>(() => {});
      };
      if (step === "create") sockets.create = (socket) => create.call(sockets, socket).then(die);
      if (step === "resume") sessions.resume = (...session) => resume.apply(sessions, session).then(die);
      if (step === "welcome") liveness.admit = die;
    });
    void connectBy(service, alice, connection.connectionId);
    await died;
    Object.assign(sockets, { create });
    Object.assign(sessions, { resume });
    Object.assign(liveness, { admit });
    await connectBy(service, alice, connection.connectionId);
    await service.settle();
    expect(service.cut).toContain(connection.connectionId);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
  });

  test("and another that is the client's own second one is a violation", async () => {
    const { service, alice, connection } = await aliceBack();
    await connectBy(service, alice, connection.connectionId);
    await connection.send("40");
    await service.settle();
    expect(service.cut).toContain(connection.connectionId);
    expect(service.stores.sessions.records.size).toBe(0);
  });
});
