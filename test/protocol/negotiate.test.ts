import { negotiate } from "../../lambdas/protocol/negotiate";

describe("negotiate", () => {
  test("[E1] EIO=4 over WebSocket is Socket.IO, whatever else the query has", () => {
    const query = { EIO: "4", transport: "websocket", b64: "1", token: "t", namespace: "x" };
    expect(negotiate(query)).toEqual({ protocol: "socket.io" });
  });

  test.each([
    ["long-polling", { EIO: "4", transport: "polling" }, 'transports: ["websocket"]'],
    ["no transport", { EIO: "4" }, 'transports: ["websocket"]'],
    ["a client of Socket.IO 2", { EIO: "3", transport: "websocket" }, "socket.io-client 3 or later"],
    ["no version", { transport: "websocket" }, "got nothing"],
    ["an empty version", { EIO: "", transport: "websocket" }, 'got ""'],
  ])("[E1] refuses %s with a hint", (_name, query, hint) => {
    expect(negotiate(query)).toEqual({ refused: 400, hint: expect.stringContaining(hint) });
  });

  test("[J1] anything else is plain JSON in the default namespace", () => {
    expect(negotiate({})).toEqual({ protocol: "json", namespace: "/" });
  });

  test("[J1] takes namespace and token from the query", () => {
    expect(negotiate({ namespace: "/admin", token: "t" })).toEqual({
      protocol: "json",
      namespace: "/admin",
      token: "t",
    });
  });

  test.each(["", "admin", "admin/"])("[J1] refuses the namespace %j with a hint", (namespace) => {
    expect(negotiate({ namespace })).toEqual({
      refused: 400,
      hint: expect.stringContaining('begins with "/"'),
    });
  });

  test("quotes no more than the beginning of what came", () => {
    expect(JSON.stringify(negotiate({ namespace: "x".repeat(10_000) })).length).toBeLessThan(200);
  });
});
