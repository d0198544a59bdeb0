import { readOptions } from "../../soak/options";
import { EVERYTHING } from "../../soak/plan";

it("has every fault strike, and recovery and order on, unless told otherwise", () => {
  expect(readOptions([])).toEqual({
    seconds: 60,
    seed: 1,
    clients: 100,
    roomSize: 5,
    acts: 15,
    lifetime: 30,
    recovery: true,
    order: "per-connection",
    faults: EVERYTHING,
    logFolder: undefined,
    json: false,
  });
});

it("reads what it is told", () => {
  const args =
    "--seconds 5 --seed 7 --clients 9 --room-size 3 --acts 4 --lifetime 5 --recovery off --order none --faults post.429=0.5 --log x --json";
  expect(readOptions(args.split(" "))).toEqual({
    seconds: 5,
    seed: 7,
    clients: 9,
    roomSize: 3,
    acts: 4,
    lifetime: 5,
    recovery: false,
    order: "none",
    faults: { "post.429": { probability: 0.5 } },
    logFolder: "x",
    json: true,
  });
  expect(readOptions(["--faults", "none"])).toMatchObject({ faults: {} });
  expect(readOptions(["--help"])).toBe("help");
});

it.each([
  ["--seconds", "0", "--seconds: expected a whole number from 1, got 0"],
  ["--recovery", "maybe", "--recovery: expected on or off, got maybe"],
  ["--order", "any", "--order: expected per-connection or none, got any"],
  ["--faults", "post.430=1", "no fault post.430"],
])("refuses %s %s, and says why", (option, value, message) => {
  expect(() => readOptions([option, value])).toThrow(message);
});
