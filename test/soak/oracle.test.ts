import { judge } from "../../soak/oracle";
import { LogBuilder } from "./log-builder";

const WINDOW_MS = 1_000;
const LARGE_MS = 2_000;

let log: LogBuilder;

beforeEach(() => {
  log = new LogBuilder();
  log.connected("alice").member("alice");
});

function verdict(isFaultless = false) {
  return judge(log.entries, { windowMs: WINDOW_MS, largeMs: LARGE_MS, isFaultless });
}

function kinds(isFaultless = false): readonly string[] {
  return verdict(isFaultless).violations.map(({ kind }) => kind);
}

/** Everybody is still there when all is quiet. */
function atTheEnd(): readonly string[] {
  log.settled("alice");
  return kinds();
}

describe("what is owed", () => {
  it("is what was emitted while the client certainly was in the room, and was there until all was quiet", () => {
    log.emitted("hello", { count: 2 }).received("alice", "hello").received("alice", "hello", { index: 1 });
    expect(atTheEnd()).toEqual([]);
    expect(verdict()).toMatchObject({ owed: 2, delivered: 2, received: 2 });
  });

  it("is lost when it did not come", () => {
    log.emitted("hello", { count: 2 }).received("alice", "hello");
    expect(atTheEnd()).toEqual(["lost"]);
    expect(verdict()).toMatchObject({ owed: 2, delivered: 1 });
  });

  it("is nothing that nobody confirmed", () => {
    log.emitting("hello").confirmed("hello", "unknown");
    expect(atTheEnd()).toEqual([]);
    expect(verdict().owed).toBe(0);
  });

  it("is nothing that began before the join was answered, or ended after the wish to leave", () => {
    log.connected("bob").room("joining", "bob").emitted("early").room("joined", "bob");
    log.emitting("late").room("leaving", "bob").confirmed("late").settled("bob");
    log.received("alice", "early").received("alice", "late");
    expect(atTheEnd()).toEqual([]);
    expect(verdict().owed).toBe(2);
  });

  it("is not the speaker's own event that was for the others", () => {
    log.emitted("hello", { speaker: "alice", isForOthers: true });
    expect(atTheEnd()).toEqual([]);
    expect(verdict().owed).toBe(0);
  });

  it("is nothing of a client that left on purpose and was somebody else when it came back", () => {
    log.emitted("hello").dropped("alice", true).connected("alice");
    expect(atTheEnd()).toEqual([]);
    expect(verdict()).toMatchObject({ owed: 0, unrecovered: 0 });
  });

  it("is what came before an answer, where nothing but connections goes wrong", () => {
    log.emitted("hello").room("leaving", "alice").room("left", "alice").dropped("alice", true);
    expect(kinds(false)).toEqual([]);
    expect(kinds(true)).toEqual(["lost"]);
  });

  it("is nothing of a plain JSON client's where more than connections goes wrong", () => {
    log.connected("json", { protocol: "json" }).member("json").emitted("hello").received("alice", "hello");
    log.settled("json").settled("alice");
    expect(kinds(false)).toEqual([]);
    expect(kinds(true)).toEqual(["lost"]);
  });
});

describe("across a drop", () => {
  it("is all that was emitted meanwhile, when the client came back in time", () => {
    log.dropped("alice").emitted("hello").opened("alice").received("alice", "hello");
    log.connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual([]);
    expect(verdict()).toMatchObject({ owed: 1, delivered: 1 });
  });

  it("is lost when it did not come with the recovery", () => {
    log.dropped("alice").emitted("hello").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["lost"]);
  });

  it("is lost with a socket that was not recovered though its client came back in time", () => {
    log.dropped("alice").emitted("hello");
    log.now += WINDOW_MS - 1;
    log.connected("alice");
    expect(atTheEnd()).toEqual(["lost"]);
    expect(verdict().unrecovered).toBe(1);
  });

  it("is nothing of a socket whose client came back too late", () => {
    log.dropped("alice").emitted("hello");
    log.now += WINDOW_MS;
    log.connected("alice");
    expect(atTheEnd()).toEqual([]);
    expect(verdict()).toMatchObject({ owed: 0, unrecovered: 0 });
  });

  it("is nothing after a recovery that broke off, when the client did not come back in time for the rest", () => {
    log.dropped("alice").emitted("hello").connected("alice", { recovered: true });
    log.now += 600;
    log.dropped("alice");
    log.now += WINDOW_MS;
    log.dropped("alice").connected("alice");
    expect(atTheEnd()).toEqual([]);
  });

  it.each([600, 3_000])(
    "is lost when it did not come with that nor with the next (cut after %p ms)",
    (ms) => {
      log.dropped("alice").emitted("hello").connected("alice", { recovered: true });
      log.now += ms;
      log.dropped("alice");
      if (ms < 3_000) log.connected("alice", { recovered: true });
      expect(atTheEnd()).toEqual(["lost"]);
    },
  );

  it("leaves open what was under way at the same time as the last that came", () => {
    log.emitting("missing").emitted("last").confirmed("missing").received("alice", "last");
    log.dropped("alice").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["undecided-lost"]);
  });

  it("does not leave open what was under way beside the last that came, and had a later offset", () => {
    log.connected("bob").member("bob").emitting("missing").emitted("last").confirmed("missing");
    log.received("bob", "missing", { offset: "b" }).received("bob", "last", { offset: "a" });
    log.received("alice", "last", { offset: "a" });
    log.dropped("alice").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["lost"]);
  });

  it("does not leave open what the same run of its emitter sent as the last that came", () => {
    log.emitted("hello", { count: 2 }).received("alice", "hello");
    log.dropped("alice").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["lost"]);
  });

  it("leaves open what came, had a later offset than the last, and came again", () => {
    log.emitting("crossing").emitted("last").confirmed("crossing");
    log.received("alice", "crossing", { offset: "b" }).received("alice", "last", { offset: "a" });
    log.dropped("alice").received("alice", "crossing", { offset: "b" });
    log.connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["undecided-doubled"]);
  });

  it("does not leave open what was confirmed before the last that came began", () => {
    log.emitted("missing").emitted("last").received("alice", "last");
    log.dropped("alice").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["lost"]);
  });

  it("leaves open what came with a recovery that broke off, and again with the next", () => {
    log.dropped("alice").emitted("hello");
    log.opened("alice").received("alice", "hello");
    log.opened("alice").received("alice", "hello").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["undecided-doubled"]);
  });
});

describe("at most once", () => {
  it("is broken by what came twice", () => {
    log.emitted("hello").received("alice", "hello").received("alice", "hello");
    expect(atTheEnd()).toEqual(["doubled"]);
  });

  it("holds for what nobody confirmed as well", () => {
    log.emitting("hello").received("alice", "hello").received("alice", "hello");
    expect(atTheEnd()).toEqual(["doubled"]);
  });

  it("is broken by what came again with a recovery", () => {
    log.emitted("hello").emitted("last").received("alice", "hello").received("alice", "last");
    log.dropped("alice").opened("alice").received("alice", "hello").connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["doubled"]);
  });

  it("is about deliveries: what was done twice comes twice", () => {
    log.emitted("hello").received("alice", "hello").received("alice", "hello", { execution: "second" });
    expect(atTheEnd()).toEqual([]);
  });
});

describe("what was not for the client", () => {
  it("is what was emitted to a room that it never was in", () => {
    log.connected("bob").emitted("hello").received("bob", "hello").received("alice", "hello");
    expect(atTheEnd()).toEqual(["misdelivered"]);
  });

  it("is what was emitted after the leave was answered, and before the next wish to join", () => {
    log.room("leaving", "alice").room("left", "alice");
    log.emitted("hello").room("joining", "alice").received("alice", "hello");
    expect(atTheEnd()).toEqual(["misdelivered"]);
  });

  it("may be what was emitted while it joined or left", () => {
    log.connected("bob").room("joining", "bob").emitted("early").received("bob", "early");
    log.room("joined", "bob").room("leaving", "bob").emitted("late").received("bob", "late");
    log.received("alice", "early").received("alice", "late");
    expect(atTheEnd()).toEqual([]);
  });

  it("is what was emitted to a room of the socket that it was before", () => {
    log.dropped("alice", true).connected("alice").emitted("hello").received("alice", "hello");
    expect(atTheEnd()).toEqual(["misdelivered"]);
  });

  it("is its own event that was for the others", () => {
    log.emitted("hello", { speaker: "alice", isForOthers: true }).received("alice", "hello");
    expect(atTheEnd()).toEqual(["misdelivered"]);
  });

  it("is no event that anybody emitted", () => {
    log.received("alice", "from nowhere");
    expect(atTheEnd()).toEqual(["misdelivered"]);
  });
});

describe("order", () => {
  it("is broken when of one emitter's packets a later one comes first", () => {
    log.emitted("hello", { count: 2 }).received("alice", "hello", { index: 1 }).received("alice", "hello");
    expect(atTheEnd()).toEqual(["misordered-emits"]);
  });

  it("is broken when of one connection's messages a later one is done first", () => {
    log.connected("bob").emitted("one", { speaker: "bob", number: 1 });
    log.emitted("two", { speaker: "bob", number: 2 }).received("alice", "two").received("alice", "one");
    expect(atTheEnd()).toEqual(["misordered-messages"]);
  });

  it("is not promised to what is done again", () => {
    log.connected("bob").emitted("one", { speaker: "bob", number: 1 });
    log.emitted("two", { speaker: "bob", number: 2 }).received("alice", "one").received("alice", "two");
    log.received("alice", "one", { execution: "second" });
    expect(atTheEnd()).toEqual([]);
  });

  it("is none between emitters", () => {
    log.emitted("one").emitted("two").received("alice", "two").received("alice", "one");
    expect(atTheEnd()).toEqual([]);
  });

  it("is that of the offsets in what is replayed", () => {
    log.dropped("alice").emitted("one").emitted("two").opened("alice");
    log.received("alice", "two", { offset: "b" }).received("alice", "one", { offset: "a" });
    log.connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual(["misordered-replay"]);
  });

  it("is none of what was confirmed while the client was being recovered", () => {
    log.dropped("alice").emitting("one").opened("alice").emitted("two").confirmed("one");
    log.received("alice", "two", { offset: "b" }).received("alice", "one", { offset: "a" });
    log.connected("alice", { recovered: true });
    expect(atTheEnd()).toEqual([]);
  });

  it("is none where the emitter may have posted it after the replay, before the client was connected", () => {
    log.dropped("alice").emitting("one").emitted("two").opened("alice");
    log.received("alice", "two", { offset: "b" }).received("alice", "one", { offset: "a" });
    log.connected("alice", { recovered: true }).confirmed("one");
    expect(atTheEnd()).toEqual([]);
  });
});

describe("what is so much that it is confirmed before it is delivered", () => {
  beforeEach(() => {
    log.connected("bob").member("bob");
    log.emitted("shout", { isLarge: true, speaker: "bob", number: 1 });
  });

  it("is owed to who stayed until it was delivered", () => {
    log.now += LARGE_MS;
    log.emitted("next", { isForOthers: true, speaker: "alice" });
    log.received("bob", "shout").received("bob", "next").settled("bob");
    expect(atTheEnd()).toEqual(["lost"]);
    expect(verdict()).toMatchObject({ owed: 3, delivered: 2 });
  });

  it("may or may not come to who joins or leaves meanwhile", () => {
    log.connected("carol").member("carol").received("carol", "shout");
    log.room("leaving", "alice").room("left", "alice").received("bob", "shout").settled("bob");
    expect(atTheEnd()).toEqual([]);
    expect(verdict().owed).toBe(1);
  });

  it("is overtaken by what its speaker sends later", () => {
    log.emitted("next", { speaker: "bob", number: 2 });
    for (const client of ["alice", "bob"]) log.received(client, "next").received(client, "shout");
    log.settled("bob");
    expect(atTheEnd()).toEqual([]);
  });
});
