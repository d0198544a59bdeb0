import {
  EVERYONE_SHARDS,
  membershipKey,
  roomPartitions,
  socketKey,
} from "../../../lambdas/aws/dynamodb/keys";

describe("keys", () => {
  it("spreads everyone evenly over the shards, each member in a partition that is read", () => {
    const sids = Array.from({ length: 16_000 }, (_, index) => `@${index.toString(36).padStart(20, "z")}`);
    const counts = new Map<string, number>(roomPartitions("/", "@all").map((partition) => [partition, 0]));
    for (const sid of sids) {
      const { pk } = membershipKey("/", "@all", sid);
      counts.set(pk, (counts.get(pk) ?? 0) + 1);
    }
    expect(counts.size).toBe(EVERYONE_SHARDS);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
    expect(Math.max(...counts.values())).toBeLessThan(1_150);
  });

  it("keeps every other room in one partition", () => {
    expect(roomPartitions("/", "chat")).toEqual(["ROOM#%2F#chat"]);
    expect(membershipKey("/", "chat", "@sid")).toEqual({ pk: "ROOM#%2F#chat", sk: "@sid" });
  });

  it("never confuses a namespace with a room", () => {
    expect(roomPartitions("/a", "b#c")).not.toEqual(roomPartitions("/a#b", "c"));
    expect(roomPartitions("/a", "#b")).not.toEqual(roomPartitions("/a#", "b"));
  });

  it("sorts every namespace before the handshake", () => {
    for (const namespace of ["/", "/~~~", "/🙂", "/\u{10ffff}"]) {
      const { sk } = socketKey({ connectionId: "c", namespace });
      expect(sk > "CONN" && sk < "SOCK#~").toBe(true);
    }
  });
});
