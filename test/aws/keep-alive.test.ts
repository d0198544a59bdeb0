import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KeepAlive } from "../../lambdas/aws/keep-alive";

describe("keep-alive connections", () => {
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

  beforeEach(() => {
    opened = 0;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const clients: [string, (keepAlive: KeepAlive) => () => Promise<unknown>][] = [
    ["an SDK's client", sdkRequests],
    ["a client of our own", ownRequests],
  ];

  test.each(clients)(
    "of %s serve invocations that follow soon, and are dropped after 5 s",
    async (_name, client) => {
      let now = 1_000_000;
      const keepAlive = new KeepAlive(() => now);
      const request = client(keepAlive);
      await keepAlive.during(request);
      now += 5_000;
      await keepAlive.during(request);
      expect(opened).toBe(1);
      now += 5_001;
      await keepAlive.during(request);
      expect(opened).toBe(2);
      keepAlive.drop();
    },
  );

  function sdkRequests(keepAlive: KeepAlive) {
    const { httpAgent: agent } = keepAlive.requestHandler(1_000);
    return () =>
      new Promise<void>((resolve) => {
        get(url, { agent }, (response) => {
          // The socket is free again one turn after the end.
          response.resume().on("close", () => setImmediate(resolve));
        });
      });
  }

  function ownRequests(keepAlive: KeepAlive) {
    const pool = keepAlive.pool(new URL(url));
    return () => pool.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "latin1");
  }

  test("an invocation that fails counts as one", async () => {
    const keepAlive = new KeepAlive();
    await expect(keepAlive.during(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
