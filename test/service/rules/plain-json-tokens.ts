import type { Wire, WireService } from "./wire";

const MEMBERS = "namespace=/members";

export function plainJsonTokens(service: () => WireService): void {
  const whoAmI = async (json: Wire) => (await json.askJson({ event: "who am I", id: 1 })).args;
  const tokenOf = (sub: string, claims: object = {}) => service().token({ sub, role: "reader", ...claims });

  test.concurrent("[J2] a token comes as a header, in the query or as a subprotocol", async () => {
    const token = await tokenOf("ada");
    const authorization = `Bearer ${token}`;
    const clients = [
      await service().open(MEMBERS, { headers: { authorization } }),
      await service().open(`${MEMBERS}&token=${token}`),
      await service().open(MEMBERS, {}, ["roomcast.v1", token]),
    ];
    for (const client of clients) {
      expect(await client.nextJson()).toMatchObject({ connected: { userId: "ada" } });
      expect(await whoAmI(client)).toEqual(["ada", "reader"]);
    }
    expect(clients.map(({ subprotocol }) => subprotocol)).toEqual(["", "", "roomcast.v1"]);
  });

  test.concurrent("[J2] they are looked for in this order", async () => {
    const [header, query, protocol] = await Promise.all(
      ["header", "query", "protocol"].map((sub) => tokenOf(sub)),
    );
    const headers = { authorization: `bearer ${header}` };
    const all = await service().open(`${MEMBERS}&token=${query}`, { headers }, [
      "roomcast.v1",
      protocol ?? "",
    ]);
    expect(await all.nextJson()).toMatchObject({ connected: { userId: "header" } });
    const two = await service().open(`${MEMBERS}&token=${query}`, {}, ["roomcast.v1", protocol ?? ""]);
    expect(await two.nextJson()).toMatchObject({ connected: { userId: "query" } });
  });

  test.concurrent.each([
    ["403", 403],
    ["503", 503],
    ["500", 401],
    ["none", 401],
  ])("[J2] a refusal whose data.status is %s refuses the upgrade with %i", async (token, status) => {
    expect(await service().status(`namespace=/refused&token=${token}`)).toBe(status);
  });

  test.concurrent("[J2] so does a token that is no good", async () => {
    expect(await service().status(`${MEMBERS}&token=nonsense`)).toBe(401);
    expect(await service().status(`${MEMBERS}&token=${await tokenOf("ada", { exp: 1_000_000_000 })}`)).toBe(
      401,
    );
  });

  test.concurrent("[J2] roomcast.v1 is echoed to who offers it first", async () => {
    expect((await service().open("", {}, ["roomcast.v1"])).subprotocol).toBe("roomcast.v1");
    // A client that gets none of those that it offered gives up.
    await expect(service().open("", {}, ["another", "roomcast.v1"])).rejects.toThrow("subprotocol");
  });

  test.concurrent("[J8] who is not admitted without a token hears nothing, and what comes before auth is not taken", async () => {
    const json = await service().open(MEMBERS);
    expect(await json.askJson({ event: "echo", id: 1 })).toMatchObject({
      error: { code: "not_connected" },
      id: 1,
    });
    expect(await json.askJson({ auth: { token: await tokenOf("ada") } })).toMatchObject({
      connected: { userId: "ada" },
    });
  });

  test.concurrent("[J9] auth gives a client that had none a socket, and one that had one its new claims", async () => {
    const json = await service().open(MEMBERS);
    const first = await json.askJson({ auth: { token: await tokenOf("ada") } });
    expect(await whoAmI(json)).toEqual(["ada", "reader"]);
    const exp = Math.floor(Date.now() / 1_000) + 5_000;
    const token = await tokenOf("ada", { role: "writer", exp });
    const again = await json.askJson({ auth: { token } });
    expect(again).toEqual({ connected: { ...Object(first.connected), tokenExpiresAt: exp } });
    expect(await whoAmI(json)).toEqual(["ada", "writer"]);
  });

  test.concurrent("[J9] a token that does not pass, or is another user's, leaves the socket as it was", async () => {
    const json = await service().json(`${MEMBERS}&token=${await tokenOf("ada")}`);
    for (const [token, code] of [
      ["nonsense", "unauthorized"],
      [await tokenOf("ada", { exp: 1_000_000_000 }), "token_expired"],
      [await tokenOf("eve", { role: "writer" }), "unauthorized"],
    ] as const) {
      expect(await json.askJson({ auth: { token } })).toMatchObject({ error: { code } });
      expect(await whoAmI(json)).toEqual(["ada", "reader"]);
    }
  });
}
