import { readFaultOptions } from "../../../local/faults/options";
import { checkPlan, parsePlan } from "../../../local/faults/plan";
import { POINTS } from "../../../local/faults/points";
import { spedUp } from "../../../local/faults/speed-up";
import { HELP } from "../../../local/options";

it("reads probabilities and parameters", () => {
  expect(
    parsePlan("post.429=0.01,post.late=0.05:ms=800,lambda.kill=1:function=message:call=3:times=1"),
  ).toEqual({
    "post.429": { probability: 0.01 },
    "post.late": { probability: 0.05, ms: 800 },
    "lambda.kill": { probability: 1, function: "message", call: 3, times: 1 },
  });
});

it("takes a bare number for a probability, as a JSON file may have it", () => {
  expect(checkPlan({ "post.429": 0.01, "post.late": { probability: 0.5, ms: 5 } })).toEqual({
    "post.429": { probability: 0.01 },
    "post.late": { probability: 0.5, ms: 5 },
  });
});

it.each([
  ["post.430=0.1", /^faults: no fault post\.430; there are post\.410, .*drop\.half-open$/],
  ["=1", /^faults: no fault without a name; there are/],
  ["post.429", /post\.429: expected a probability from 0 to 1, got ""/],
  ["post.429=often", /post\.429: expected a probability from 0 to 1, got "often"/],
  ["post.429=1.5", /post\.429: expected a probability from 0 to 1, got 1.5/],
  ["post.late=1:seconds=1", /post\.late: no parameter seconds; there are ms, call, write, times, function/],
  ["post.late=1:ms=soon", /post\.late: ms: expected a whole number/],
  ["post.429=1:ms=5", /post\.429: takes no ms/],
  ["post.429=0.6,post.410=0.6", /the probabilities of "post" add up to more than 1/],
])("refuses %s, and says why", (text, message) => {
  expect(() => parsePlan(text)).toThrow(message);
});

it("refuses what is no plan", () => {
  expect(() => checkPlan(["post.429"])).toThrow("expected an object");
});

it("is in the options of npm start, with a seed and a speed-up", () => {
  const options = readFaultOptions({ faults: "post.429=1", "fault-seed": "7", "speed-up": "60" });
  expect(options).toEqual({ plan: { "post.429": { probability: 1 } }, seed: 7, speedUp: 60 });
  expect(readFaultOptions({})).toEqual({ plan: {}, seed: 1, speedUp: 1 });
  expect(() => readFaultOptions({ "speed-up": "0" })).toThrow("--speed-up: expected a number from 1, got 0");
  expect(() => readFaultOptions({ faults: "nowhere.json" })).toThrow("there is no file nowhere.json");
});

it("lists every fault in the help", () => {
  for (const name of Object.keys(POINTS)) expect(HELP).toContain(`  ${name} `);
});

it("speeds up the gateway's own cuts, and nothing else", () => {
  expect(spedUp(60)).toEqual({ lifetimeMs: 120_000, idleMs: 10_000 });
});
