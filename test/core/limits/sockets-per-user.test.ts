import { type ConnectError, Server } from "../../../lambdas/core";
import { type Client, CoreService } from "../../support/core-service";

const DATA = { code: "too_many_sockets", status: 429, limit: 2 };
const MESSAGE = "more than 2 sockets of one user";

/** The token is the user; there is no admission without one to /private. */
function serviceWith(limit: number | undefined, settings: { recoveryWindowMs?: number } = {}): CoreService {
  const io = new Server();
  for (const nsp of [io, io.of("/other"), io.of("/private")]) {
    nsp.use((socket, next) => {
      const { token } = socket.handshake.auth;
      if (token !== undefined) socket.userId = String(token);
      const error: ConnectError = new Error("no token");
      next(socket.nsp.name === "/private" && token === undefined ? error : undefined);
    });
  }
  return new CoreService(io, { limits: { socketsPerUser: limit }, ...settings });
}

const users = (service: CoreService) => service.stores.socketRecords().map(({ userId }) => userId);
const ask = (client: Client, token: string) => client.send({ auth: { token } });

describe("a Socket.IO client whose user has as many sockets as one may", () => {
  test("is refused with an error that says so; other users and namespaces are not concerned", async () => {
    const service = serviceWith(2);
    await service.socketIo("/", { token: "ada" });
    await service.socketIo("/", { token: "ada" });
    const third = await service.socketIo("/", { token: "ada" });
    expect(third.take()).toEqual([`44${JSON.stringify({ message: MESSAGE, data: DATA })}`]);
    await service.socketIo("/other", { token: "ada" });
    await service.socketIo("/", { token: "bob" });
    await service.socketIo();
    expect(users(service)).toEqual(["ada", "ada", "ada", "bob", undefined]);
    expect(service.refusals).toEqual([
      {
        limit: "socketsPerUser",
        refused: 1,
        latest: { connectionId: third.connectionId, userId: "ada" },
      },
    ]);
    expect(service.cut).toEqual([]);
  });

  test("is let in when one of the others is gone", async () => {
    const service = serviceWith(1);
    const first = await service.socketIo("/", { token: "ada" });
    await first.drop();
    const second = await service.socketIo("/", { token: "ada" });
    expect(second.take()[0]).toMatch(/^40/);
  });

  test("is let in where the limit is off, for no read", async () => {
    const service = serviceWith(undefined);
    for (let index = 0; index < 5; index++) await service.socketIo("/", { token: "ada" });
    expect(users(service)).toHaveLength(5);
    expect(service.stores.windows.calls).toEqual([]);
  });

  test("is refused when its socket cannot be recovered, and is not when it can", async () => {
    const service = serviceWith(1, { recoveryWindowMs: 120_000 });
    const first = await service.socketIo("/", { token: "ada" });
    const { pid } = JSON.parse(first.take()[0]?.slice(2) ?? "{}");
    await first.drop();
    const second = await service.socketIo("/", { token: "ada", pid });
    expect(second.take()[0]).toContain(pid);
    const third = await service.socketIo("/", { token: "ada", pid: "no such pid" });
    expect(third.take()[0]).toMatch(/^44/);
  });
});

describe("a plain JSON client whose user has as many sockets as one may", () => {
  const QUERY = { namespace: "/private", token: "ada" };

  test("is refused with 429 when it brings its token to the upgrade, and nothing of it is stored", async () => {
    const service = serviceWith(2);
    await service.connection({ query: QUERY });
    await service.connection({ query: QUERY });
    expect(await service.upgrade({ connectionId: "third=", query: QUERY })).toEqual({ status: 429 });
    expect(service.stores.connectionRecords.size).toBe(2);
  });

  test("is told when its token comes later, whether it is connected as nobody or not at all", async () => {
    const service = serviceWith(2);
    await service.connection({ query: { token: "ada" } });
    await service.connection({ query: { token: "ada" } });
    const nobody = await service.connection();
    nobody.take();
    await ask(nobody, "ada");
    const error = { code: "rate_limited", message: MESSAGE, data: DATA };
    expect(nobody.takeJson()).toEqual([{ error }]);
    for (let index = 0; index < 2; index++) await service.connection({ query: QUERY });
    const waiting = await service.connection({ query: { namespace: "/private" } });
    await ask(waiting, "ada");
    expect(waiting.takeJson()).toEqual([{ error }]);
    await ask(waiting, "bob");
    expect(waiting.takeJson()).toMatchObject([{ connected: { userId: "bob" } }]);
  });

  test("may refresh the token of a socket that it has", async () => {
    const service = serviceWith(1);
    const client = await service.connection({ query: { token: "ada" } });
    client.take();
    await ask(client, "ada");
    expect(client.takeJson()).toMatchObject([{ connected: { userId: "ada" } }]);
  });
});
