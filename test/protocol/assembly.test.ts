import { type Assembly, assemble, assembleInOrder, type BinaryPart } from "../../lambdas/protocol/assembly";
import { faultOf } from "./protocol-faults";

/** Parts in short: `2H@5` is a header with two attachments, `a@6` an attachment with "a" in it. */
function parts(text: string): BinaryPart[] {
  return text.split(" ").filter(Boolean).map(part);
}

function part(text: string): BinaryPart {
  const [name = "", time] = text.split("@");
  const base = { id: text, arrivedAt: Number(time) };
  const [, count, header] = /^(\d)(\w+)$/.exec(name) ?? [];
  if (header) return { ...base, kind: "header", data: header, attachments: Number(count) };
  return { ...base, kind: "attachment", data: Buffer.from(name.replace(/\d/g, "")) };
}

function written({ complete }: Assembly): string[] {
  return complete.map(({ header, attachments }) => [header.id, ...attachments.map(({ id }) => id)].join(" "));
}

/** Every order of the parts. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe("[S15] assembling, in every order of the parts", () => {
  test.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["a header alone", "1H@1", []],
    ["a packet", "1H@1 a@2", ["1H@1 a@2"]],
    ["a packet of one millisecond", "1H@1 a@1", ["1H@1 a@1"]],
    ["three attachments in the order of their arrival", "3H@1 b@2 a@3 c@4", ["3H@1 b@2 a@3 c@4"]],
    ["a packet that lacks an attachment", "2H@1 a@2", []],
    ["an attachment whose header is missing", "a@2", []],
    ["a packet and what follows it, its header missing", "1H@1 a@2 b@4", ["1H@1 a@2"]],
    ["two packets", "1H@1 a@2 2I@3 b@4 c@5", ["1H@1 a@2", "2I@3 b@4 c@5"]],
    ["the second of two packets", "2H@1 a@2 1I@3 b@4", ["1I@3 b@4"]],
    ["two packets that meet in one millisecond", "1H@1 a@2 1I@2 b@3", ["1H@1 a@2", "1I@2 b@3"]],
    ["nothing as long as either could own what they share", "1H@1 1I@2 b@2", []],
    ["nothing, the first of such two lacking another", "2H@1 a@2 1I@2 b@3", []],
    ["a header that meets the end of the one before", "1H@1 a@2 1I@2", []],
    ["attachments of one millisecond that are the same", "2H@1 a1@2 a2@2", ["2H@1 a1@2 a2@2"]],
  ])("finds %s", (_name, text, expected) => {
    for (const order of orders(parts(text))) {
      const found = written(assemble(order));
      // Two that are the same may stand for each other.
      expect(found.map((set) => set.replace(/[12]@2/g, "@2"))).toEqual(
        expected.map((set) => set.replace(/[12]@2/g, "@2")),
      );
    }
  });

  test.each([
    ["attachments of one millisecond that differ", "2H@1 a@2 b@2"],
    ["all of one millisecond", "2H@1 a@1 b@1"],
    ["two packets in one millisecond", "1H@1 a@1 1I@1 b@1"],
    ["two headers in one millisecond", "1H@1 1I@1"],
    ["attachments of two packets in one millisecond", "1H@1 a@2 1I@2 b@2"],
  ])("refuses %s", (_name, text) => {
    for (const order of orders(parts(text))) {
      expect(faultOf(() => assemble(order)).reason).toBe("invalid_frame");
    }
  });

  test("tells which attachments no header has a place for", () => {
    const { orphans } = assemble(parts("a@1 1H@2 b@3 c@4"));
    expect(orphans.map(({ id }) => id)).toEqual(["a@1", "c@4"]);
  });
});

describe("[S15] next to a packet that was taken", () => {
  const taken: BinaryPart = {
    kind: "taken",
    id: "1T@5",
    arrivedAt: 5,
    lastArrivedAt: 7,
    partIds: ["1T@5", "x@7"],
  };

  test("its own parts, not yet deleted, are none of anybody's", () => {
    expect(written(assemble([taken, ...parts("x@7 1H@8 a@9")]))).toEqual(["1H@8 a@9"]);
  });

  test("packets before and after it are as any other", () => {
    expect(written(assemble([taken, ...parts("1H@3 a@4 1I@8 b@9")]))).toEqual(["1H@3 a@4", "1I@8 b@9"]);
  });

  test.each(["a@5", "a@6", "a@7", "1H@6"])("%s may have been one of its parts, and is refused", (late) => {
    expect(faultOf(() => assemble([taken, part(late)])).reason).toBe("invalid_frame");
  });
});

describe("[O2] assembling what was kept in the order of its ids", () => {
  test.each<[string, string, string[], string[]]>([
    ["packets of one millisecond", "1H a 2I b c", ["1H a", "2I b c"], []],
    ["attachments that differ, of one millisecond", "3H c a b", ["3H c a b"], []],
    ["a packet that lacks an attachment", "2H a", [], []],
    ["attachments that no header has a place for", "1H a b c", ["1H a"], ["b", "c"]],
    ["an attachment without a header", "a", [], ["a"]],
  ])("%s", (_name, text, complete, orphans) => {
    const kept = text.split(" ").map((name, index) => ({ ...part(`${name}@7`), id: `${index} ${name}` }));
    const assembly = assembleInOrder(kept.toReversed());
    const named = (ids: string) => ids.replace(/\d+ (?=\w)/g, "");
    expect(written(assembly).map(named)).toEqual(complete);
    expect(assembly.orphans.map(({ id }) => named(id))).toEqual(orphans);
  });

  test("leaves out what was taken", () => {
    const taken = {
      kind: "taken",
      id: "0 H",
      arrivedAt: 7,
      lastArrivedAt: 7,
      partIds: ["0 H", "1 a"],
    } as const;
    const late = { ...part("a@7"), id: "1 a" };
    expect(assembleInOrder([taken, late])).toEqual({ complete: [], orphans: [] });
  });
});
