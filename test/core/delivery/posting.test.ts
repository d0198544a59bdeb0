import { Server } from "../../../lambdas/core";
import { parcelsOf } from "../../../lambdas/core/delivery/parcels";
import { post } from "../../../lambdas/core/delivery/posting";
import { newSid } from "../../../lambdas/core/sid";
import { VirtualTime } from "../../support/virtual-time";
import { recoverable } from "../recovery/returning-client";

/** An event for so many whose recovery does not come to an end, and for one other. */
async function postedBeside(returning: number) {
  const service = recoverable(new Server());
  const time = new VirtualTime(service);
  const startedAt = service.now;
  const member = (connectionId: string, activeFrom?: number) => ({
    sid: newSid(),
    connectionId,
    protocol: "socket.io" as const,
    connectedAt: startedAt,
    activeFrom,
  });
  const waiting = Array.from({ length: returning }, (_, index) => member(`returning${index}`, startedAt));
  let postedAt: number | undefined;
  service.services.gateway.post = async () => {
    postedAt = service.now;
    return "sent";
  };
  const emit = {
    frames: { "socket.io": ["42[]"], json: ["{}"] },
    offset: service.services.recovery?.drawOffsets(1)[0],
  };
  const addressees = [...waiting, member("other")].map((one) => ({ member: one, emits: [0] }));
  await time.run(post(service.services, { emits: 1, connections: parcelsOf([emit], addressees) }));
  return { tookMs: service.now - startedAt, postedAfterMs: postedAt && postedAt - startedAt };
}

describe("posts to sockets that are being recovered", () => {
  test("hold up nobody else, however many they are", async () => {
    expect((await postedBeside(300)).postedAfterMs).toBe(0);
  });

  test("wait ten seconds at most", async () => {
    expect((await postedBeside(1)).tookMs).toBeLessThanOrEqual(10_100);
  });
});
