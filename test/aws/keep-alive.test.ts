import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KeepAlive } from "../../lambdas/aws/keep-alive";

describe("keep-alive sockets", () => {
  let server: Server;
  let opened = 0;
  let url = "";

  beforeAll(async () => {
    server = createServer((_request, response) => response.end("ok")).on("connection", () => {
      opened += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A listening TCP server has an AddressInfo.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("serve invocations that follow soon, and are dropped after 5 s without any", async () => {
    let now = 1_000_000;
    const keepAlive = new KeepAlive(() => now);
    const { httpAgent: agent } = keepAlive.requestHandler(1_000);
    const request = () =>
      new Promise<void>((resolve) => {
        get(url, { agent }, (response) => {
          // The socket is free again one turn after the end.
          response.resume().on("close", () => setImmediate(resolve));
        });
      });
    await keepAlive.during(request);
    now += 5_000;
    await keepAlive.during(request);
    expect(opened).toBe(1);
    now += 5_001;
    await keepAlive.during(request);
    expect(opened).toBe(2);
    agent.destroy();
  });

  test("an invocation that fails counts as one", async () => {
    const keepAlive = new KeepAlive();
    await expect(keepAlive.during(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
