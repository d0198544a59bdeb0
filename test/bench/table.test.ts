import { median, positiveNumbers, type Row } from "../../bench/benchmark";
import { table } from "../../bench/table";

test("a table has a column for each name, numbers to the right", () => {
  const rows: readonly Row[] = [
    { client: "ours", postsPerSecond: 21_345.6, cpuMicroseconds: 31.27 },
    { client: "bare", postsPerSecond: 987, note: "no signature" },
  ];
  expect(table(rows).split("\n")).toEqual([
    "client  postsPerSecond  cpuMicroseconds  note",
    "ours            21,346             31.3",
    "bare               987                   no signature",
  ]);
});

test("a median is the middle, or between the two that are", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
});

test("an option's numbers are above 0, or the option is named", () => {
  expect(positiveNumbers({ connections: "1000,10000" }, "connections")).toEqual([1_000, 10_000]);
  expect(() => positiveNumbers({ connections: "1000,x" }, "connections")).toThrow(
    '--connections: expected a number above 0, got "x"',
  );
});
