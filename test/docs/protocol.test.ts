import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(__dirname, "../..");
const SERVICE = join(PROJECT, "test/service");

/** Tests that speak to the service through a raw WebSocket. */
const FILES = [
  "heartbeat.test.ts",
  "limits.test.ts",
  "order.test.ts",
  "recovery.test.ts",
  ...readdirSync(join(SERVICE, "rules")).map((name) => join("rules", name)),
];

/** Rules of which nothing can be seen on the wire, and why. */
const UNSEEN: Readonly<Record<string, string>> = {
  R9: "it takes more than an hour",
  O6: "it takes more than five minutes",
  B2: "the connection is closed by then: nobody is there to hear what became of the message",
};

const RULES = [...read("docs/protocol.md").matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map(([, rule = ""]) => rule);

/** Those that the name of a test begins with: `[E5, J12] a client that …`. */
const TESTED = FILES.flatMap((file) =>
  [...read(join("test/service", file)).matchAll(/"\[([A-Z]\d+(?:, [A-Z]\d+)*)\] /g)].flatMap(
    ([, rules = ""]) => rules.split(", "),
  ),
);

function read(path: string): string {
  return readFileSync(join(PROJECT, path), "utf8");
}

test("rules have numbers of their own", () => {
  expect(RULES.length).toBeGreaterThan(40);
  expect(new Set(RULES).size).toBe(RULES.length);
});

test("every rule has a test on the wire, or a reason why it cannot have one", () => {
  expect(RULES.filter((rule) => !TESTED.includes(rule) && !(rule in UNSEEN))).toEqual([]);
});

test("no test and no reason is about a rule that is not there", () => {
  expect([...TESTED, ...Object.keys(UNSEEN)].filter((rule) => !RULES.includes(rule))).toEqual([]);
});

test("what has a test on the wire needs no reason", () => {
  expect(Object.keys(UNSEEN).filter((rule) => TESTED.includes(rule))).toEqual([]);
});
