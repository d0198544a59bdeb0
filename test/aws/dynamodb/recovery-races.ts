import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { CLAIM_SECONDS } from "../../../lambdas/aws/dynamodb/socket-changes";
import { stampsOf } from "../../../lambdas/core/stamps";
import { intercept } from "./interleavings";
import { Race } from "./race";
import { CONNECTED_AT } from "./records";
import { RecoveryScene } from "./recovery-scene";

const isOfSocket = (key: string) => !/^(SESS|LOG|REPLAY)#/.test(key);

/**
 * Two put one invocation into another's middle at any two places, and take a minute for each test: by
 * `ROOMCAST_TEST_INTERRUPTIONS=2`.
 */
const INTERRUPTIONS = Number(process.env.ROOMCAST_TEST_INTERRUPTIONS ?? 1);
const TIME_MS = 60_000 * 10 ** (INTERRUPTIONS - 1);

const RECOVERED = ["one", "recovered"];

/** Who takes a socket over, against who closes it and against others who do. */
export function recoveryRaces(connectClient: () => DynamoDBDocumentClient): void {
  describe("races of recovery", () => {
    let race: Race;

    beforeEach(() => {
      race = new Race(connectClient());
    });

    const begin = async (...connectionIds: string[]) => {
      race.now = CONNECTED_AT;
      const scene = new RecoveryScene(race);
      await scene.begin();
      for (const connectionId of connectionIds) await scene.open(connectionId);
      return scene;
    };

    /** Who has the room, and nothing else is left once that one has gone. */
    const owners = async (room = "chat") =>
      (await race.members(room)).map((member) => member.split(" ").at(-1));

    const expectNothingLeft = async (scene: RecoveryScene, ...connectionIds: string[]) => {
      race.now += CLAIM_SECONDS * 1_000 + 1;
      for (const connectionId of connectionIds) await scene.drop(connectionId, 70_000);
      expect((await race.keys()).filter(isOfSocket)).toEqual([]);
    };

    it(
      "a reconnect and the old connection's $disconnect: it is recovered with what it missed",
      async () => {
        const orders = await race.explore(async () => {
          const scene = await begin("two=");
          return {
            actors: [
              (client) => scene.connect("two=", 8_000, client),
              (client) => scene.drop("one=", 8_000, client),
            ],
            async check([outcome]) {
              expect(outcome).toBe("connected");
              expect(scene.sent("two=")).toEqual(RECOVERED);
              expect(await owners()).toEqual(["two="]);
              await expectNothingLeft(scene, "one=", "two=");
            },
          };
        }, INTERRUPTIONS);
        expect(orders).toBeGreaterThan(10);
      },
      TIME_MS,
    );

    it(
      "two reconnects: the last to arrive has the socket, and nothing of the other stays",
      async () => {
        const orders = await race.explore(async () => {
          const scene = await begin("two=", "three=");
          await scene.drop("one=", 7_000);
          return {
            actors: [
              (client) => scene.connect("two=", 8_000, client),
              (client) => scene.connect("three=", 8_001, client),
            ],
            async check([, outcome]) {
              expect(outcome).toBe("connected");
              expect(scene.sent("three=")).toEqual(RECOVERED);
              expect(await owners()).toContain("three=");
              await expectNothingLeft(scene, "one=", "two=", "three=");
            },
          };
        }, INTERRUPTIONS);
        expect(orders).toBeGreaterThan(10);
      },
      TIME_MS,
    );

    it(
      "a reconnect and the end of its own connection: the next one recovers",
      async () => {
        await race.explore(async () => {
          const scene = await begin("two=", "three=");
          await scene.drop("one=", 7_000);
          return {
            actors: [
              (client) => scene.connect("two=", 8_000, client),
              (client) => scene.drop("two=", 8_000, client),
            ],
            async check() {
              race.now += CLAIM_SECONDS * 1_000 + 1;
              await scene.drop("two=", 70_000);
              expect(await scene.connect("three=", 75_000)).toBe("connected");
              expect(scene.sent("three=")).toEqual(RECOVERED);
              expect(await owners()).toEqual(["three="]);
              await expectNothingLeft(scene, "one=", "two=", "three=");
            },
          };
        }, INTERRUPTIONS);
      },
      TIME_MS,
    );

    it(
      "a reconnect and a join on the old connection that is still being written: who has the room is posted to",
      async () => {
        const orders = await race.explore(async (stores) => {
          const scene = await begin("two=");
          const [socket] = (await stores.connections.load("one="))?.sockets ?? [];
          if (!socket) throw new Error("expected a socket");
          const stamp = stampsOf(CONNECTED_AT + 6_000)();
          return {
            actors: [
              race.by(({ memberships }) => memberships.join(socket, "tea", stamp)),
              (client) => scene.connect("two=", 8_000, client),
            ],
            async check([, outcome]) {
              expect(outcome).toBe("connected");
              const recovered = (await stores.connections.load("two="))?.sockets[0];
              const isIn = Object.hasOwn(recovered?.rooms ?? {}, "tea");
              expect(await owners("tea")).toEqual(isIn ? ["two="] : []);
              await expectNothingLeft(scene, "one=", "two=");
            },
          };
        }, INTERRUPTIONS);
        expect(orders).toBeGreaterThan(10);
      },
      TIME_MS,
    );

    const crashing = (nth: number) => {
      let requests = 0;
      return intercept(race.client, async (send) => {
        if (++requests >= nth) throw new Error("crashed");
        return send();
      });
    };

    const requests = Array.from({ length: 24 }, (_, index) => index + 1);

    it.each(requests)("a reconnect that crashes before request %i: the next one recovers", async (nth) => {
      await race.clear();
      const scene = await begin("two=", "three=");
      await scene.connect("two=", 8_000, crashing(nth));
      race.now += CLAIM_SECONDS * 1_000 + 1;
      await scene.drop("two=", 70_000);
      expect(await scene.connect("three=", 75_000)).toBe("connected");
      expect(scene.sent("three=")).toEqual(RECOVERED);
      expect(await owners()).toEqual(["three="]);
      await expectNothingLeft(scene, "one=", "two=", "three=");
    });

    it.each(requests.slice(0, 14))(
      "a closer that crashes before request %i: the client recovers at once",
      async (nth) => {
        await race.clear();
        const scene = await begin("two=");
        await scene.drop("one=", 7_000, crashing(nth)).catch(() => undefined);
        expect(await scene.connect("two=", 8_000)).toBe("connected");
        expect(scene.sent("two=")).toEqual(RECOVERED);
        expect(await owners()).toEqual(["two="]);
        await expectNothingLeft(scene, "one=", "two=");
      },
    );
  });
}
