import { Server } from "../../../lambdas/core";
import { disconnect } from "../../../lambdas/core/connections/closing";
import { closeConnection } from "../../../lambdas/core/connections/disconnecting";
import { CoreService } from "../../support/core-service";

/** A client, and a table that is away when its connection is to be marked. */
async function unmarkable() {
  const service = new CoreService(new Server());
  const { connectionId } = await service.socketIo();
  service.services.connections.close = () => Promise.reject(new Error("DynamoDB is away"));
  const event = (cut: boolean) => ({
    version: 1 as const,
    connections: [{ connectionId }],
    reason: "forced close" as const,
    cut,
  });
  return { service, connectionId, event };
}

describe("a connection that cannot be marked closed", () => {
  test("is cut by whoever decided that it goes", async () => {
    const { service, connectionId } = await unmarkable();
    const closing = closeConnection(service.services, { connectionId }, "forced close");
    await expect(closing).rejects.toThrow("DynamoDB is away");
    expect(service.cut).toEqual([connectionId]);
  });

  test("is cut by disconnect, if it still must be", async () => {
    const { service, connectionId, event } = await unmarkable();
    await expect(disconnect(service.services, event(false))).rejects.toThrow("DynamoDB is away");
    expect(service.cut).toEqual([]);
    await expect(disconnect(service.services, event(true))).rejects.toThrow("DynamoDB is away");
    expect(service.cut).toEqual([connectionId]);
  });
});
