import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Race } from "./race";
import { connect, connectionRecord, disconnect, HANDSHAKE, socketRecord, stampAt } from "./records";

/** The keys of an open connection without sockets. */
const OPEN = ["BEAT#13 L0SM9cOFvHcCIhw=", "CONN#L0SM9cOFvHcCIhw= CONN", "CONN#L0SM9cOFvHcCIhw= ZHAND"];
const ADA = { userId: "ada" };

/** Who creates a socket or gives it something, against who closes it: in every order of their requests. */
export function socketRaces(connectClient: () => DynamoDBDocumentClient): void {
  describe("races of sockets", () => {
    let race: Race;

    beforeEach(() => {
      race = new Race(connectClient());
    });

    it("CONNECT and $disconnect: nothing is left, and who hears of the socket's end has heard of it", async () => {
      const orders = await race.explore(async (stores) => {
        await stores.connections.open(connectionRecord(), HANDSHAKE);
        return {
          actors: [
            race.by(({ sockets }) => sockets.create(socketRecord(ADA))),
            race.by((closer) => disconnect(closer, connectionRecord().connectionId)),
          ],
          async check([created, owed]) {
            expect(await race.keys()).toEqual([]);
            expect(owed).toHaveLength(created === "created" ? 1 : 0);
            expect(["created", "closed"]).toContain(created);
          },
        };
      });
      expect(orders).toBeGreaterThan(20);
    });

    it("CONNECT while the socket it sees is closed by its namespace: nothing of the socket is left", async () => {
      await race.explore(async (stores) => {
        await stores.connections.open(connectionRecord(), HANDSHAKE);
        const socket = socketRecord(ADA);
        return {
          actors: [
            race.by(({ sockets }) => sockets.create(socket)),
            race.by(async ({ sockets }) => {
              if ((await sockets.close(socket, "server namespace disconnect", stampAt(50))) !== "closed")
                return;
              const claimed = await sockets.claim(socket, "server namespace disconnect");
              if (claimed) await sockets.remove(claimed);
              return claimed && !claimed.isNew ? "owes listeners" : "owes none";
            }),
          ],
          async check([created, closed]) {
            if (closed !== undefined) expect(closed === "owes listeners").toBe(created === "created");
            const isThere = created === "created" && closed === undefined;
            expect((await race.keys()).filter((key) => !OPEN.includes(key))).toHaveLength(isThere ? 4 : 0);
          },
        };
      });
    });

    it("a CONNECT once more and $disconnect: nothing is left, and the listeners run once", async () => {
      const orders = await race.explore(async (stores) => {
        const socket = await connect(stores, ADA);
        await stores.memberships.join(socket, "chat", stampAt(20));
        return {
          actors: [
            race.by(({ sockets }) => sockets.create({ ...socket, stamp: stampAt(9) })),
            race.by((closer) => disconnect(closer, socket.connectionId)),
          ],
          async check([created, owed]) {
            expect(await race.keys()).toEqual([]);
            expect(owed).toHaveLength(1);
            expect(["created", "closed"]).toContain(created);
          },
        };
      });
      expect(orders).toBeGreaterThan(5);
    });

    it("CONNECT twice at once: the socket is whole, and its memberships are those that it knows of", async () => {
      await race.explore(async (stores) => {
        await stores.connections.open(connectionRecord(), HANDSHAKE);
        const create = (stamp: string) =>
          race.by(async ({ sockets, memberships }) => {
            const socket = socketRecord({ ...ADA, stamp });
            return [await sockets.create(socket), await memberships.join(socket, "chat", stamp)];
          });
        return {
          actors: [create(stampAt(15)), create(stampAt(10))],
          async check(answers) {
            expect(answers).toEqual([0, 1].map(() => ["created", "joined"]));
            expect(await race.members("chat")).toHaveLength(1);
            await disconnect(stores, connectionRecord().connectionId);
            expect(await race.keys()).toEqual([]);
          },
        };
      }, 1);
    });

    it("join and $disconnect: no membership is left, and the listeners run once", async () => {
      const orders = await race.explore(async (stores) => {
        const socket = await connect(stores, ADA);
        return {
          actors: [
            race.by((joiner) => joiner.memberships.join(socket, "chat", stampAt(20))),
            race.by((closer) => disconnect(closer, socket.connectionId)),
          ],
          async check([joined, owed]) {
            expect(await race.keys()).toEqual([]);
            expect(["joined", "closed"]).toContain(joined);
            expect(owed).toHaveLength(1);
          },
        };
      });
      expect(orders).toBeGreaterThan(20);
    });

    it("leave and $disconnect: nothing is left", async () => {
      await race.explore(async (stores) => {
        const socket = await connect(stores);
        await stores.memberships.join(socket, "chat", stampAt(20));
        return {
          actors: [
            race.by((leaver) => leaver.memberships.leave(socket, "chat", stampAt(30))),
            race.by((closer) => disconnect(closer, socket.connectionId)),
          ],
          check: async () => expect(await race.keys()).toEqual([]),
        };
      });
    });

    it("authentication and $disconnect: no membership of the user is left", async () => {
      await race.explore(async (stores) => {
        const socket = await connect(stores);
        return {
          actors: [
            race.by((packet) => packet.sockets.authenticate(socket, ADA)),
            race.by((closer) => disconnect(closer, socket.connectionId)),
          ],
          check: async () => expect(await race.keys()).toEqual([]),
        };
      });
    });

    it("two $disconnects: the listeners run once", async () => {
      const orders = await race.explore(async (stores) => {
        const socket = await connect(stores, ADA);
        await stores.memberships.join(socket, "chat", stampAt(20));
        return {
          actors: [0, 1].map(() => race.by((closer) => disconnect(closer, socket.connectionId))),
          async check(answers) {
            // One of them may remove the connection while the other still runs the listeners.
            expect(answers.flat()).toMatchObject([{ rooms: { chat: stampAt(20) } }]);
            expect(await race.keys()).toEqual([]);
          },
        };
      });
      expect(orders).toBeGreaterThan(20);
    });

    it("a client's disconnect() and connect() at once: the new socket is whole or refused", async () => {
      await race.explore(async (stores) => {
        const old = await connect(stores, ADA);
        await stores.memberships.join(old, "chat", stampAt(20));
        const next = socketRecord({ ...ADA, sid: "@next", stamp: stampAt(40) });
        return {
          actors: [
            race.by(async ({ sockets }) => {
              await sockets.close(old, "client namespace disconnect", stampAt(30));
              const claimed = await sockets.claim(old, "client namespace disconnect");
              if (claimed) await sockets.remove(claimed);
            }),
            race.by(({ sockets }) => sockets.create(next)),
          ],
          async check([, created]) {
            const traces = (await race.keys()).filter((key) => !OPEN.includes(key));
            expect(traces).toHaveLength(created === "created" ? 4 : 0);
            expect(traces.filter((key) => key.endsWith(" @next"))).toHaveLength(
              created === "created" ? 3 : 0,
            );
          },
        };
      });
    });

    it("a socket recovered on a new connection while the old one is cleaned up keeps all it has", async () => {
      await race.explore(async (stores) => {
        const old = await connect(stores, ADA);
        await stores.memberships.join(old, "chat", stampAt(20));
        await stores.connections.open(connectionRecord({ connectionId: "new" }), HANDSHAKE);
        const recovered = socketRecord({ ...ADA, connectionId: "new", stamp: stampAt(30) });
        return {
          actors: [
            race.by((closer) => disconnect(closer, old.connectionId)),
            race.by(async ({ sockets, memberships }) => {
              await sockets.create(recovered);
              return memberships.join(recovered, "chat", stampAt(40));
            }),
          ],
          async check([, joined]) {
            expect(joined).toBe("joined");
            expect((await race.keys()).filter((key) => key.startsWith("CONN"))).toEqual([
              "CONN#new CONN",
              "CONN#new SOCK#%2F",
              "CONN#new ZHAND",
            ]);
            expect(await race.members("chat")).toEqual([`${old.sid} ${stampAt(40)} new`]);
            expect(await race.members("@user:ada")).toEqual([`${old.sid} ${stampAt(30)} new`]);
            expect(await race.keys()).toHaveLength(8);
          },
        };
      });
    });
  });
}
