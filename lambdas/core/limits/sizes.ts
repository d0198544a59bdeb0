import { ProtocolError } from "../../protocol/protocol-error";
import type { Arrival } from "../messages/arrival";

/** @throws ProtocolError for a message larger than clients were told they may send. */
export function assertMessageSize({ services, connection }: Arrival, body: string): void {
  const { maxPayloadBytes } = services.settings;
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxPayloadBytes) return;
  services.limits.refusals.add("maxPayloadBytes", { connectionId: connection.connectionId });
  throw new ProtocolError("payload_too_large", `expected at most ${maxPayloadBytes} bytes, got ${bytes}`);
}

/** @throws ProtocolError for an event whose name is longer than the settings allow. */
export function assertEventName(
  { services, connection }: Arrival,
  { event, id }: { readonly event: string; readonly id?: number | string },
): void {
  const { eventNameBytes = Infinity } = services.settings.limits;
  const bytes = Buffer.byteLength(event);
  if (bytes <= eventNameBytes) return;
  services.limits.refusals.add("eventNameBytes", { connectionId: connection.connectionId });
  const message = `event: expected a name of at most ${eventNameBytes} bytes, got ${bytes}`;
  throw new ProtocolError("payload_too_large", message, { field: "event", id });
}
