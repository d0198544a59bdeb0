import type { PostOutcome } from "../../../lambdas/core/ports";
import { push } from "../../../lambdas/core/push/push";
import { aliceInRoom, IN_A, type Service, say } from "./alice";

const MISSED = ["one", "two", "three", "four"];

/** Until it is mended, a post of this text ends so, and does not arrive. */
function breakPosts(service: Service, outcome: PostOutcome, text = ""): () => void {
  const { post } = service.services.gateway;
  service.services.gateway.post = async (recipient, frame) =>
    frame.includes(text) ? outcome : post(recipient, frame);
  return () => Object.assign(service.services.gateway, { post });
}

describe("a room that the socket is in, and joins again, does not begin anew", () => {
  test.each(["connection listener", "middleware"])(
    "by a %s in a recovery that breaks off: the rest comes with the next",
    async (whose) => {
      const { service, alice, rule } = await aliceInRoom();
      if (whose === "middleware") rule.also = (socket) => void socket.join("a");
      else rule.connected = (socket) => socket.join("a");
      await alice.connection?.drop();
      for (const text of MISSED) await say(service, IN_A, text);
      const mend = breakPosts(service, "failed", '"two"');
      await alice.connect();
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual(["said one"]);
      mend();
      service.gone.add(alice.connection?.connectionId ?? "");
      await service.settle();
      await alice.connect();
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual(["said two", "said three", "said four"]);
    },
  );

  test("in a recovery of which nothing arrives: all comes with the next", async () => {
    const { service, alice, rule } = await aliceInRoom();
    rule.connected = (socket) => socket.join("a");
    await alice.connection?.drop();
    for (const text of MISSED) await say(service, IN_A, text);
    const mend = breakPosts(service, "sent");
    await alice.connect();
    mend();
    expect(alice.frames).toEqual([]);
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(MISSED.map((text) => `said ${text}`));
  });

  test("by a push, after a post that never arrived: that comes", async () => {
    const { service, alice } = await aliceInRoom();
    const mend = breakPosts(service, "sent");
    await say(service, IN_A, "lost on the way");
    mend();
    service.tick();
    await push(service.services, { sockets: [alice.sid], join: ["a"] });
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.events()).toEqual(["said lost on the way"]);
  });

  test("unless it has left it in between", async () => {
    const { service, alice } = await aliceInRoom();
    const mend = breakPosts(service, "sent");
    await say(service, IN_A, "lost, and left");
    mend();
    service.tick();
    await push(service.services, { sockets: [alice.sid], leave: ["a"] });
    service.tick();
    await alice.send("join", "a");
    await alice.connection?.drop();
    await say(service, IN_A, "in time");
    await alice.connect();
    expect(alice.events()).toEqual(["said in time"]);
  });
});
