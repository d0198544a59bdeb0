import { BusiestSecond } from "../../../bench/broadcast/busiest-second";
import { indexOf, Room } from "../../../bench/broadcast/room";
import { NO_FAULTS, Stage } from "../../../bench/broadcast/stage";
import { shareOf } from "../../../lambdas/core/delivery/sid-range";
import type { Member } from "../../../lambdas/core/records";

const ACCOUNT = { perSecond: 100, burst: 10, postMs: 15, faults: NO_FAULTS };

describe("a stage", () => {
  it("knows who got a frame twice, and who never", () => {
    const stage = new Stage({ ...ACCOUNT, connections: 4 }, 0);
    for (const connection of [0, 1, 1, 3, 3, 3]) stage.post(connection, 0);
    expect(stage.report).toMatchObject({ doubled: 2, missing: [2] });
  });

  it("refuses what is above the burst, then what is above the rate", () => {
    const stage = new Stage({ ...ACCOUNT, connections: 1 }, 0);
    const takenAt = (now: number) =>
      Array.from({ length: 20 }, () => stage.post(0, now)).filter(isTaken).length;
    expect([takenAt(0), takenAt(50), takenAt(10_000)]).toEqual([10, 5, 10]);
  });

  it("takes no frame of a post that it resets before", () => {
    const stage = new Stage({ ...ACCOUNT, connections: 2, faults: { ...NO_FAULTS, resetBefore: 1 } }, 0);
    expect(stage.post(0, 0)).toBe("reset before");
    expect(stage.report.missing).toEqual([0, 1]);
  });

  it("takes the frame of a post that it resets after", () => {
    const stage = new Stage({ ...ACCOUNT, connections: 2, faults: { ...NO_FAULTS, resetAfter: 1 } }, 0);
    expect(stage.post(0, 0)).toBe("reset after");
    expect(stage.report.missing).toEqual([1]);
  });
});

test("the busiest second may begin at any moment", () => {
  const busiest = new BusiestSecond();
  for (const now of [100, 900, 950, 1_099, 1_100, 5_000, 5_001]) busiest.add(now);
  expect(busiest.most).toBe(4);
});

describe("a room", () => {
  it("has each of its connections once, in the order of the sids, whatever its sids are divided into", () => {
    const room = new Room(5_000);
    const members = [0, 1, 2].flatMap((share) => allIn(room, shareOf(share, 3)));
    const sids = members.map(({ sid }) => sid);
    expect(sids).toEqual([...sids].sort());
    expect(sids.every((sid) => /^@[\w-]{20}$/.test(sid))).toBe(true);
    const connections = members.map(({ connectionId }) => indexOf(connectionId)).sort((a, b) => a - b);
    expect(connections).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });

  it("has shares of about the same size", () => {
    const room = new Room(10_000);
    const sizes = [0, 1, 2, 3].map((share) => allIn(room, shareOf(share, 4)).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(300);
  });
});

function isTaken(fate: string): boolean {
  return fate === "taken";
}

function allIn(
  room: Room,
  { after, upTo }: { readonly after: string; readonly upTo: string },
): readonly Member[] {
  const members: Member[] = [];
  for (let from = after; from < upTo; ) {
    const page = room.page({ after: from, upTo });
    members.push(...page.members);
    from = page.upTo;
  }
  return members;
}
