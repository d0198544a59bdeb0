import { Faults } from "../../../local/faults/faults";

const PLAN = { "post.429": 0.2, "post.late": { probability: 0.3, ms: 7 }, "dynamodb.500": 0.5 };

function strikes(faults: Faults, count: number): readonly (string | undefined)[] {
  return Array.from({ length: count }, () => faults.strike("post")?.name);
}

it("strikes the same passers for the same seed, and others for another", () => {
  const first = strikes(new Faults(PLAN, 1), 200);
  expect(strikes(new Faults(PLAN, 1), 200)).toEqual(first);
  expect(strikes(new Faults(PLAN, 2), 200)).not.toEqual(first);
});

it("decides for each place by itself, so that what passes one does not change another", () => {
  const faults = new Faults(PLAN, 1);
  const posts = Array.from({ length: 200 }, () => {
    faults.strike("dynamodb");
    return faults.strike("post")?.name;
  });
  expect(posts).toEqual(strikes(new Faults(PLAN, 1), 200));
});

it("strikes about as often as planned, and counts", () => {
  const faults = new Faults(PLAN, 1);
  const none = strikes(faults, 10_000).filter((name) => name === undefined).length;
  const { "post.429": throttled = 0, "post.late": late = 0 } = faults.counts;
  expect(throttled + late + none).toBe(10_000);
  expect(throttled / 10_000).toBeCloseTo(0.2, 1);
  expect(late / 10_000).toBeCloseTo(0.3, 1);
  expect(faults.counts["dynamodb.500"]).toBeUndefined();
});

it("says how long what is late is late", () => {
  expect(new Faults({ "post.late": { probability: 1, ms: 7 } }).strike("post")).toEqual({
    name: "post.late",
    ms: 7,
  });
  expect(new Faults({ "post.late": 1 }).strike("post")).toEqual({ name: "post.late", ms: 1_000 });
});

it("strikes only whom it is meant for", () => {
  const faults = new Faults({ "lambda.kill": { probability: 1, function: "message", call: 2 } });
  expect(faults.strike("call", { function: "message", call: 1 })).toBeUndefined();
  expect(faults.strike("call", { function: "push", call: 2 })).toBeUndefined();
  expect(faults.strike("call", { function: "message", call: 2 })).toMatchObject({ name: "lambda.kill" });
});

it("strikes no more often than it may", () => {
  const faults = new Faults({ "post.410": { probability: 1, times: 2 } });
  expect(strikes(faults, 3)).toEqual(["post.410", "post.410", undefined]);
});

it("strikes the next one, once, before all that is planned", async () => {
  const faults = new Faults({ "post.429": 1 });
  const struck = faults.next("post.410");
  expect(strikes(faults, 2)).toEqual(["post.410", "post.429"]);
  await struck;
});

it("can be switched on, changed and off", () => {
  const faults = new Faults();
  expect([faults.isPlanned, faults.strike("post")]).toEqual([false, undefined]);
  faults.plan({ "post.429": 1 });
  expect([faults.isPlanned, faults.strike("post")?.name]).toEqual([true, "post.429"]);
  faults.plan({});
  expect([faults.isPlanned, faults.strike("post")]).toEqual([false, undefined]);
  expect(faults.counts).toEqual({ "post.429": 1 });
});
