import type { PostOutcome } from "../../../lambdas/core/ports";
import { LAST_POST_MS } from "../../../lambdas/core/recovery/boundary";
import { Barrier } from "../../support/barrier";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";

const MISSED = ["one", "two", "three", "four"];
const ALL = MISSED.map((text) => `said ${text}`);

/** Alice has missed four events, and the post of one of them, when she gets it, ends like this. */
async function aliceMissing(text: string, outcome: PostOutcome, arrives = false) {
  const { service, alice, heard, rule } = await aliceInRoom();
  await alice.connection?.drop();
  for (const missed of MISSED) await say(service, IN_A, missed);
  heard.length = 0;
  const { post } = service.services.gateway;
  const mend = () => Object.assign(service.services.gateway, { post });
  const seen: { posting?: (frame: string) => void } = {};
  service.services.gateway.post = async (recipient, frame) => {
    seen.posting?.(frame);
    if (!frame.includes(`"${text}"`)) return post(recipient, frame);
    if (arrives) await post(recipient, frame);
    return outcome;
  };
  return { service, alice, heard, rule, mend, seen };
}

/** As the cut does, and the `disconnect` that was invoked. */
async function cutOff(service: Service, { connectionId }: { connectionId: string }): Promise<void> {
  expect(service.cut).toContain(connectionId);
  service.gone.add(connectionId);
  await service.settle();
}

describe("a recovery that breaks off", () => {
  const endings = MISSED.flatMap((text, index) => [
    { text, had: index + 1, outcome: "unknown" as const, arrives: true },
    { text, had: index, outcome: "unknown" as const, arrives: false },
    ...(index === 0
      ? []
      : [
          { text, had: index, outcome: "failed" as const, arrives: false },
          { text, had: index, outcome: "throttled" as const, arrives: false },
        ]),
  ]);

  test.each(endings)(
    "at $text, $outcome (arrives: $arrives): its client counts what it has, and gets only the rest",
    async ({ text, had, outcome, arrives }) => {
      const { service, alice, mend } = await aliceMissing(text, outcome, arrives);
      await alice.connect();
      const first = alice.connection;
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual(ALL.slice(0, had));
      mend();
      if (!first) throw new Error("expected a connection");
      await cutOff(service, first);
      await say(service, IN_A, "meanwhile");
      await alice.connect();
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual([...ALL.slice(had), "said meanwhile"]);
    },
  );

  test("at the first event, which certainly did not arrive, is as if it had not begun", async () => {
    const { service, alice, heard, mend } = await aliceMissing("one", "failed");
    await alice.connect();
    expect(alice.frames).toEqual([]);
    expect(heard).toEqual([]);
    mend();
    service.gone.add(alice.connection?.connectionId ?? "");
    await alice.connection?.drop();
    await alice.connect();
    expect(alice.events()).toEqual(ALL);
  });

  test("because its client is gone again tells it nothing, nor the app", async () => {
    const { alice, heard } = await aliceMissing("three", "gone");
    await alice.connect();
    expect(alice.recovered).toBeUndefined();
    expect(heard).toEqual([]);
  });

  test("is a connection and a drop to the app, like any other", async () => {
    const { service, alice, heard, mend } = await aliceMissing("two", "unknown");
    await alice.connect();
    mend();
    await service.settle();
    await alice.connect();
    const connected = 'connection true a {"name":"Alice"}';
    expect(heard).toEqual([connected, "disconnect transport close", connected]);
    expect(service.errors()).toEqual([]);
  });

  test("still hears what its client kept until it was connected", async () => {
    const { service, alice, heard, mend, seen } = await aliceMissing("two", "unknown");
    const time = new VirtualTime(service);
    let sent: Promise<void> | undefined;
    seen.posting = (frame) => {
      if (frame.startsWith("40")) sent ??= time.pause(50).then(() => alice.send("note", "kept", true));
    };
    await time.run(alice.connect());
    await sent;
    mend();
    await time.run(service.settle());
    await time.run(alice.connect());
    expect(heard.at(-1)).toBe('connection true a {"name":"Alice","kept":true}');
  });

  test("passes nothing over that is emitted to its client meanwhile, by its own listeners or by others", async () => {
    const { service, alice, rule, mend, seen } = await aliceMissing("two", "unknown");
    rule.connected = (socket) => socket.emit("said", "welcome");
    const time = new VirtualTime(service);
    const others: Promise<unknown>[] = [];
    seen.posting = (frame) => {
      if (/"one"|^40/.test(frame)) others.push(time.pause(20).then(() => say(service, IN_A, "by others")));
    };
    await time.run(alice.connect());
    await time.run(Promise.all(others));
    expect(others).toHaveLength(2);
    expect(alice.events()).toEqual(["said one"]);
    mend();
    rule.connected = undefined;
    service.gone.add(alice.connection?.connectionId ?? "");
    await time.run(service.settle());
    await time.run(alice.connect());
    const rest = [...ALL.slice(1), "said by others", "said by others", "said welcome"];
    expect(alice.events().sort()).toEqual(rest.sort());
  });

  test("does not wait for slow connection listeners until others post: they go on, and no event comes twice", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
    try {
      const { service, alice, heard, rule, mend, seen } = await aliceMissing("two", "unknown");
      const [begun, told, query] = [new Barrier(), new Barrier(), new Barrier()];
      rule.connected = async () => {
        begun.open();
        await query.passed;
        heard.push("connection listener ends");
      };
      seen.posting = (frame) => frame.startsWith("40") && told.open();
      const back = alice.connect();
      await begun.passed;
      await jest.advanceTimersByTimeAsync(LAST_POST_MS);
      await told.passed;
      query.open();
      await back;
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual(["said one"]);
      expect(heard).toEqual(['connection true a {"name":"Alice"}', "connection listener ends"]);
      mend();
      await cutOff(service, { connectionId: alice.connection?.connectionId ?? "" });
      rule.connected = undefined;
      await alice.connect();
      expect(alice.events()).toEqual(ALL.slice(1));
    } finally {
      jest.useRealTimers();
    }
  });

  test("too late to tell its client before others post is cut without a word, to the app neither", async () => {
    const { service, alice, heard, mend } = await aliceMissing("two", "unknown");
    const time = new VirtualTime(service);
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) => {
      if (frame.includes('"two"')) await time.pause(9_000);
      return post(recipient, frame);
    };
    await time.run(alice.connect());
    expect(alice.recovered).toBeUndefined();
    expect(service.cut).toContain(alice.connection?.connectionId);
    mend();
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    expect(heard).toEqual([]);
  });
});
