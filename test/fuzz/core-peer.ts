import type { Client, CoreService } from "../support/core-service";
import type { Peer } from "./conversation";

/** A connection to the core, whose internal invocations follow each frame. */
export async function corePeer(service: CoreService, query: Readonly<Record<string, string>>): Promise<Peer> {
  const client = await service.connection({ query });
  const { connectionId } = client;
  return {
    get isOpen() {
      return !service.cut.includes(connectionId);
    },
    async send(frame) {
      await client.send(frame);
      await service.settle();
    },
    take: () => client.take(),
    leave: () => leave(service, client),
  };
}

/** API Gateway reports every end, that of a connection which the service itself closed included. */
async function leave(service: CoreService, client: Client): Promise<void> {
  await client.drop();
  await service.settle();
  service.posted.delete(client.connectionId);
}
