import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

const SOCKET_IO = { EIO: "4", transport: "websocket" };

describe("$connect", () => {
  test.each<[number, string, object]>([
    [200, "Socket.IO", { query: SOCKET_IO }],
    [200, "plain JSON", {}],
    [400, "long-polling", { query: { EIO: "4", transport: "polling" } }],
    [400, "EIO 3", { query: { EIO: "3", transport: "websocket" } }],
    [400, "a transport without EIO", { query: { transport: "websocket" } }],
    [400, "a namespace without a slash", { query: { namespace: "admin" } }],
    [404, "a namespace that does not exist", { query: { namespace: "/nowhere" } }],
  ])("answers %i to %s", async (status, _name, request) => {
    const service = new CoreService(new Server());
    expect(await service.upgrade(request)).toEqual({ status });
    expect(service.stores.connectionRecords.size).toBe(status === 200 ? 1 : 0);
    expect(service.queue).toHaveLength(status === 200 ? 1 : 0);
    expect(service.log).toHaveLength(status === 200 ? 0 : 1);
  });

  test.each<[number, string | undefined, string[]]>([
    [200, undefined, ["https://app.example"]],
    [200, "https://app.example", ["https://app.example"]],
    [200, "https://evil.example", ["*"]],
    [403, "https://evil.example", ["https://app.example"]],
    [403, "https://app.example.evil.example", ["https://app.example"]],
    [403, "null", ["https://app.example"]],
  ])("answers %i to the origin %p when %p are allowed", async (status, origin, allowedOrigins) => {
    const service = new CoreService(new Server(), { allowedOrigins });
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    expect(await service.upgrade({ query: SOCKET_IO, headers })).toEqual({ status });
  });

  test.each<[string, string | undefined]>([
    ["roomcast.v1", "roomcast.v1"],
    ["roomcast.v1, token", "roomcast.v1"],
    ["another", undefined],
  ])("echoes roomcast.v1 only when offered: %s", async (offered, subprotocol) => {
    const service = new CoreService(new Server());
    const answer = await service.upgrade({ headers: { "sec-websocket-protocol": offered } });
    expect(answer).toEqual({ status: 200, subprotocol });
  });

  test("headers over 2 KB are not kept", async () => {
    const service = new CoreService(new Server());
    await service.upgrade({ headers: { "user-agent": "x".repeat(3000), origin: "https://a.example" } });
    expect([...service.stores.handshakes.values()][0]?.headers).toEqual({});
  });
});
