import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

describe("of(RegExp)", () => {
  function tenants() {
    const io = new Server();
    const tenant = io.of(/^\/tenant-\d+$/);
    tenant.use((socket, next) => next(socket.nsp.name === "/tenant-13" ? new Error("unlucky") : undefined));
    tenant.on("connection", (socket) => socket.join("room"));
    tenant.on("go", (socket, text) => socket.nsp.to("room").emit("got", socket.nsp.name, text));
    tenant.on("elsewhere", () => io.of("/tenant-2").emit("got", "from another"));
    io.of("/tenant-7").on("go", (socket) => socket.emit("static"));
    io.of(/^\/tenant-/).on("go", (socket) => socket.emit("second pattern"));
    return new CoreService(io);
  }

  test("[B8] makes a namespace of every name that matches, each with its own rooms", async () => {
    const service = tenants();
    const one = await service.socketIo("/tenant-1");
    const two = await service.socketIo("/tenant-2");
    one.take();
    two.take();
    await one.send('42/tenant-1,["go","hi"]');
    expect(one.take()).toEqual(['42/tenant-1,["got","/tenant-1","hi"]']);
    expect(two.take()).toEqual([]);
    await one.send('42/tenant-1,["elsewhere"]');
    expect(two.take()).toEqual(['42/tenant-2,["got","from another"]']);
  });

  test("runs the pattern's middleware", async () => {
    const client = await tenants().socketIo("/tenant-13");
    expect(client.take()).toEqual(['44/tenant-13,{"message":"unlucky"}']);
  });

  test("[B8] comes after a name of its own, and the first pattern counts", async () => {
    const service = tenants();
    const named = await service.socketIo("/tenant-7");
    named.take();
    await named.send('42/tenant-7,["go"]');
    expect(named.take()).toEqual(['42/tenant-7,["static"]']);
    const lettered = await service.socketIo("/tenant-x");
    lettered.take();
    await lettered.send('42/tenant-x,["go"]');
    expect(lettered.take()).toEqual(['42/tenant-x,["second pattern"]']);
  });

  test("serves plain JSON clients and disconnect listeners", async () => {
    const io = new Server();
    const left: string[] = [];
    io.of(/^\/t-/).on("disconnect", (socket) => left.push(socket.nsp.name));
    const service = new CoreService(io);
    const client = await service.connection({ query: { namespace: "/t-1" } });
    expect(client.takeJson()).toMatchObject([{ connected: {} }]);
    await client.drop();
    expect(left).toEqual(["/t-1"]);
    await expect(service.connection({ query: { namespace: "/u-1" } })).rejects.toThrow("404");
  });

  test("matches each time anew, whatever flags the pattern has", async () => {
    const io = new Server();
    io.of(/^\/T/gi);
    const service = new CoreService(io);
    for (const name of ["/t1", "/T2", "/t3"]) {
      expect((await service.socketIo(name)).take()[0]).toMatch(/^40/);
    }
  });

  test.each([
    ["too long for a key", `/${"x".repeat(600)}`],
    ["half a surrogate pair", "/\ud800"],
  ])("[B8] refuses a name that is %s", async (_why, name) => {
    const io = new Server();
    io.of(/^\//);
    const [answer] = (await new CoreService(io).socketIo(name)).take();
    expect(answer).toMatch(/^44.*Invalid namespace/);
  });

  test("the same pattern again is the same", async () => {
    const io = new Server();
    io.of(/^\/t$/).on("a", (socket) => socket.emit("a"));
    io.of(/^\/t$/).on("b", (socket) => socket.emit("b"));
    const client = await new CoreService(io).socketIo("/t");
    client.take();
    await client.send('42/t,["b"]');
    expect(client.take()).toEqual(['42/t,["b"]']);
  });

  test("cannot be emitted to as a whole, and says what to write instead", () => {
    const all = new Server().of(/^\/t$/);
    expect(() => all.emit("x")).toThrow(/choose one by of\(name\), or socket\.nsp/);
    expect(() => all.fetchSockets()).toThrow(/choose one by of\(name\), or socket\.nsp/);
  });

  test("registering once the module has loaded throws, as on any namespace", async () => {
    const io = new Server();
    const tenant = io.of(/^\/t/);
    const service = new CoreService(io);
    expect(() => tenant.on("late", () => {})).toThrow(/after the app module has loaded/);
    expect(() => io.of(/^\/u/)).toThrow(/after the app module has loaded/);
    expect(() => io.of("/t1").usePacket(() => {})).toThrow(/after the app module has loaded/);
    expect(() => io.of("/v")).toThrow(/after the app module has loaded/);
    expect(service.errors()).toEqual([]);
  });
});
