import { deliver } from "../../../lambdas/core/delivery/delivery";
import { encodeFrames } from "../../../lambdas/core/delivery/frames";
import type { PostOutcome } from "../../../lambdas/core/ports";
import { push } from "../../../lambdas/core/push/push";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";
import type { ReturningClient } from "./returning-client";

/** The first post of a text ends like this, after something else has happened. */
function postEnds(
  service: Service,
  text: string,
  outcome: PostOutcome,
  before: () => Promise<unknown> = async () => {},
): void {
  const { post } = service.services.gateway;
  let isDone = false;
  service.services.gateway.post = async (recipient, frame) => {
    if (isDone || !frame.includes(`"${text}"`)) return post(recipient, frame);
    isDone = true;
    await before();
    return outcome;
  };
}

async function drop(service: Service, alice: ReturningClient): Promise<void> {
  service.gone.add(alice.connection?.connectionId ?? "");
  await alice.connection?.drop();
  await service.settle();
}

/** The post of "early" is refused like this, when another Lambda's "later" has arrived. */
async function refusedWith(outcome: PostOutcome) {
  const { service, alice } = await aliceInRoom();
  postEnds(service, "early", outcome, () => say(service, IN_A, "later"));
  await say(service, IN_A, "early");
  expect(alice.events()).toEqual(["said later"]);
  return { service, alice };
}

describe("an event that certainly did not arrive, when its client has got a later one", () => {
  test.each(["gone", "failed", "throttled"] as const)("(%s) comes when it is back", async (outcome) => {
    const { service, alice } = await refusedWith(outcome);
    await drop(service, alice);
    await say(service, IN_A, "while away");
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said early", "said while away"]);
  });

  test("comes once, and so does what is later", async () => {
    const { service, alice } = await refusedWith("throttled");
    await drop(service, alice);
    await alice.connect();
    expect(alice.events()).toEqual(["said early"]);
    await drop(service, alice);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual([]);
  });

  test("of which nobody knows whether it arrived does not come, lest it come twice", async () => {
    const { service, alice } = await refusedWith("unknown");
    await drop(service, alice);
    await alice.connect();
    expect(alice.events()).toEqual([]);
  });

  test("comes with all that was not tried behind it", async () => {
    const { service, alice } = await aliceInRoom();
    const later = () => say(service, IN_A, "later");
    postEnds(service, "two", "throttled", later);
    const pushes = ["one", "two", "three"].map((text) => ({ event: "said", args: [text], ...IN_A }));
    service.tick();
    await push(service.services, pushes);
    expect(alice.events()).toEqual(["said one", "said later"]);
    await drop(service, alice);
    await alice.connect();
    expect(alice.events()).toEqual(["said two", "said three"]);
  });

  test("does not come where it is volatile", async () => {
    const { service, alice } = await aliceInRoom();
    postEnds(service, "early", "throttled", () => say(service, IN_A, "later"));
    const target = { kind: "rooms", namespace: "/", ...IN_A, except: [] } as const;
    await deliver(service.services, [
      { target, frames: encodeFrames("/", "said", ["early"]), isVolatile: true },
    ]);
    await drop(service, alice);
    alice.events();
    await alice.connect();
    expect(alice.events()).toEqual([]);
  });

  test("comes in the next recovery where the first cannot go on", async () => {
    const { service, alice } = await refusedWith("throttled");
    await drop(service, alice);
    await say(service, IN_A, "while away");
    postEnds(service, "early", "failed");
    await alice.connect();
    expect(alice.frames).toEqual([]);
    await drop(service, alice);
    await alice.connect();
    expect(alice.events()).toEqual(["said early", "said while away"]);
  });

  test("comes in the next recovery where the first breaks off before it", async () => {
    const { service, alice } = await aliceInRoom();
    postEnds(service, "one", "throttled", () => say(service, IN_A, "later"));
    service.tick();
    await push(service.services, [
      { event: "said", args: ["one"], ...IN_A },
      { event: "said", args: ["two"], ...IN_A },
    ]);
    alice.events();
    await drop(service, alice);
    postEnds(service, "two", "failed");
    await alice.connect();
    expect(alice.events()).toEqual(["said one"]);
    await drop(service, alice);
    await alice.connect();
    expect(alice.events()).toEqual(["said two"]);
  });
});

/** Alice's sockets take long to be written, so that events that are emitted meanwhile are read from the log. */
function writeSlowly(service: Service, time: VirtualTime): () => void {
  const { sockets } = service.stores;
  const { create } = sockets;
  sockets.create = async (socket) => {
    const created = await create.call(sockets, socket);
    await time.pause(1_500);
    return created;
  };
  return () => {
    sockets.create = create;
  };
}

test("an event that waits for a recovery which breaks off comes once: the log has it", async () => {
  const { service, alice } = await aliceInRoom();
  await drop(service, alice);
  const time = new VirtualTime(service);
  const writeAsEver = writeSlowly(service, time);
  postEnds(service, "four", "unknown");
  const emits: Promise<unknown>[] = [];
  const emitting = async () => {
    await time.pause(700);
    for (const text of ["one", "two", "three", "four", "five"]) {
      emits.push(say(service, IN_A, text));
      await time.pause(50);
    }
  };
  await time.run(Promise.all([alice.connect(), emitting()]));
  await time.run(Promise.all(emits));
  writeAsEver();
  expect(alice.events()).toEqual(["said one", "said two", "said three"]);
  await time.run(drop(service, alice));
  await time.run(alice.connect());
  expect(alice.events()).toEqual(["said four", "said five"]);
});

describe("an event whose client is back before it is known not to have arrived", () => {
  test("is posted to it where it is now, once", async () => {
    const { service, alice } = await aliceInRoom();
    const time = new VirtualTime(service);
    postEnds(service, "early", "gone", async () => {
      await say(service, IN_A, "later");
      alice.events();
      await drop(service, alice);
      await alice.connect();
      expect(alice.recovered).toBe(true);
    });
    await time.run(say(service, IN_A, "early"));
    expect(alice.events()).toEqual(["said early"]);
    await time.run(drop(service, alice));
    await time.run(alice.connect());
    expect(alice.events().filter((event) => event === "said early")).toEqual([]);
  });

  test("comes once where it is read from the log", async () => {
    const { service, alice } = await aliceInRoom();
    const time = new VirtualTime(service);
    postEnds(service, "early", "gone", async () => {
      await drop(service, alice);
      await alice.connect();
    });
    await time.run(say(service, IN_A, "early"));
    expect(alice.events()).toEqual(["said early"]);
  });

  test("comes once when that is in the middle of its recovery", async () => {
    const { service, alice } = await aliceInRoom();
    const time = new VirtualTime(service);
    const returning: Promise<unknown>[] = [];
    postEnds(service, "early", "gone", async () => {
      await say(service, IN_A, "later");
      alice.events();
      await drop(service, alice);
      returning.push(alice.connect());
      await time.pause(400);
    });
    await time.run(say(service, IN_A, "early"));
    await time.run(Promise.all(returning));
    expect(alice.events()).toEqual(["said early"]);
  });
});
