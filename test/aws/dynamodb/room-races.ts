import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Race } from "./race";
import { connect, stampAt } from "./records";

/** Joins and leaves that are handled at the same time: in every order of their requests. */
export function roomRaces(connectClient: () => DynamoDBDocumentClient): void {
  describe("races of rooms", () => {
    let race: Race;

    beforeEach(() => {
      race = new Race(connectClient());
    });

    describe("of joins and leaves of one room the last arrival wins", () => {
      /** Packets in the order of their arrival, 10 ms apart; they are handled at the same time. */
      const cases: readonly [packets: string, isIn: boolean][] = [
        ["join leave", false],
        ["leave join", true],
        ["join join", true],
        ["leave leave", false],
        ["join leave join", true],
        ["join join leave", false],
        ["leave join leave", false],
      ];

      const arrival = (index: number) => stampAt(20 + 10 * index);

      it.each(cases)("%s", async (packets, isIn) => {
        const verbs = packets.split(" ");
        const latest = arrival(verbs.length - 1);
        const orders = await race.explore(async (stores) => {
          const socket = await connect(stores);
          const before = await race.keys();
          return {
            actors: verbs.map((verb, index) =>
              race.by(({ memberships: { join, leave } }) =>
                (verb === "join" ? join : leave)(socket, "chat", arrival(index)),
              ),
            ),
            async check(answers) {
              const expected = isIn ? [`${socket.sid} ${latest} ${socket.connectionId}`] : [];
              expect(await race.members("chat")).toEqual(expected);
              expect(await race.keys()).toHaveLength(before.length + expected.length);
              const loaded = await stores.connections.load(socket.connectionId);
              expect(loaded?.sockets[0]?.rooms).toEqual(isIn ? { chat: latest } : {});
              if (isIn) expect(answers).toContain("joined");
            },
          };
        });
        expect(orders).toBeGreaterThan(2);
      });
    });

    it("joins at the limit: never more rooms than there may be, and no membership without its room", async () => {
      await race.explore(async (stores) => {
        const socket = await connect(stores);
        await stores.memberships.join(socket, "first", stampAt(20));
        return {
          actors: ["second", "third"].map((room) =>
            race.by((joiner) => joiner.memberships.join(socket, room, stampAt(30))),
          ),
          async check(answers) {
            expect([...answers].sort()).toEqual(["full", "joined"]);
            expect([...(await race.members("second")), ...(await race.members("third"))]).toHaveLength(1);
          },
        };
      });
    });
  });
}
