import { staleTombstones } from "../../../lambdas/aws/dynamodb/tombstones";
import { CONNECTED_AT, stampAt } from "./records";

const left = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`=room ${index}`, stampAt(index)]));

describe("tombstones", () => {
  it("stay while an earlier join may still be handled", () => {
    expect(staleTombstones(left(30), CONNECTED_AT + 60_000, 100)).toEqual([]);
  });

  it("are swept in batches when they are older than a minute, oldest first", () => {
    const stale = staleTombstones(left(30), CONNECTED_AT + 60_030, 100);
    expect(stale.map(([key]) => key)).toEqual(Array.from({ length: 20 }, (_, index) => `=room ${index}`));
  });

  it("are not worth a request while they are few", () => {
    expect(staleTombstones(left(19), CONNECTED_AT + 90_000, 100)).toEqual([]);
  });

  it("are swept while they are young when there are too many", () => {
    expect(staleTombstones(left(119), CONNECTED_AT, 100)).toEqual([]);
    expect(staleTombstones(left(120), CONNECTED_AT, 100)).toHaveLength(20);
  });
});
