import { push } from "../../../lambdas/core/push/push";
import { stampsOf } from "../../../lambdas/core/stamps";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, say } from "./alice";

/** Alice, who was away and said nothing yet. */
async function aliceAway() {
  const { service, alice, heard } = await aliceInRoom();
  await alice.connection?.drop();
  heard.length = 0;
  return { service, alice, heard };
}

describe("a client that drops in the middle of its recovery", () => {
  test("has not come and not gone, as far as listeners know", async () => {
    const { service, alice, heard } = await aliceAway();
    const time = new VirtualTime(service);
    const back = alice.connect();
    await time.run(time.pause(300));
    service.gone.add(alice.connection?.connectionId ?? "");
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(back);
    await time.run(service.settle());
    expect(heard).toEqual([]);
    expect(service.stores.socketRecords()).toEqual([]);
  });

  test("has not gone either when it is found out by a post", async () => {
    const { service, alice, heard } = await aliceAway();
    for (const text of ["one", "two"]) await say(service, IN_A, text);
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) =>
      frame.includes('"two"') ? "gone" : post(recipient, frame);
    await alice.connect();
    await alice.connection?.drop();
    expect(heard).toEqual([]);
    Object.assign(service.services.gateway, { post });
    alice.forget();
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one", "said two"]);
    expect(heard).toEqual(['connection true a {"name":"Alice"}']);
  });
});

describe("a room whose membership others change during the recovery", () => {
  test("by a join: what is emitted to it afterwards comes, and the listeners see it", async () => {
    const { service, alice, heard } = await aliceAway();
    const time = new VirtualTime(service);
    const joining = time
      .pause(100)
      .then(() => push(service.services, { sockets: [alice.sid], join: ["new"] }))
      .then(() => time.pause(20))
      .then(() => say(service, { rooms: ["new"] }, "after the join"));
    await time.run(Promise.all([alice.connect(), joining]));
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said after the join"]);
    expect(heard).toEqual(['connection true a,new {"name":"Alice"}']);
  });

  test("by a leave: what is emitted to it afterwards does not come", async () => {
    const { service, alice } = await aliceAway();
    const time = new VirtualTime(service);
    const leave = async () => {
      const record = service.stores.socketRecords().at(-1);
      if (record) await service.services.memberships.leave(record, "a", stampsOf(service.now)());
    };
    const leaving = time
      .pause(100)
      .then(leave)
      .then(() => time.pause(20))
      .then(() => say(service, IN_A, "not for Alice"));
    await time.run(Promise.all([alice.connect(), leaving]));
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual([]);
  });
});
