import { encodeJsonDisconnect } from "../../protocol/json-frames";
import { ProtocolError } from "../../protocol/protocol-error";
import { closeConnection } from "../connections/disconnecting";
import { tell } from "../delivery/telling";
import type { ConnectionRecord } from "../records";
import type { Services } from "../services";

/** What a client hears of a message beyond the rate, where its protocol has a place for it. */
export const RATE_REFUSAL = { message: "rate limited", data: { code: "rate_limited" } } as const;

/** @throws ProtocolError that tells a plain JSON client. */
export function refuseExcess(id?: number | string): never {
  throw new ProtocolError("rate_limited", "expected fewer messages, got more than a client may send", { id });
}

export async function closeFlood(services: Services, connection: ConnectionRecord): Promise<void> {
  const { connectionId } = connection;
  services.log.warn("closed a connection: its client sends far more than it may", { connectionId });
  await closeForcibly(services, connection);
}

/** A bare close, on which a Socket.IO client waits and comes again; plain JSON clients are told first. */
export async function closeForcibly(services: Services, connection: ConnectionRecord): Promise<void> {
  const reason = "forced close";
  if (connection.protocol === "json")
    await tell(services, connection, [encodeJsonDisconnect({ reason, reconnect: true })]);
  await closeConnection(services, connection, reason);
}
