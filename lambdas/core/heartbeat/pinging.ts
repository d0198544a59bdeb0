import { encodePing } from "../../protocol/engine-io";
import { encodeJsonDisconnect, encodeJsonPing } from "../../protocol/json-frames";
import type { Protocol } from "../../protocol/negotiate";
import { mayStillOpen } from "../connections/newborn";
import type { PostOutcome } from "../ports";
import type { DisconnectReason, Liveness } from "../records";
import type { HeartbeatServices } from "../services";

const PINGS: Readonly<Record<Protocol, string>> = { "socket.io": encodePing(), json: encodeJsonPing() };

/**
 * Notes the ping and sends it; whoever noted it first sends it. Answers why the connection has to be closed,
 * if it has to.
 */
export async function askForPong(
  services: HeartbeatServices,
  liveness: Liveness,
): Promise<DisconnectReason | undefined> {
  const { liveness: store, clock } = services;
  const pinged = { ...liveness, pingedAt: clock.now(), seen: undefined };
  if (!(await store.replace(liveness, pinged))) return undefined;
  const outcome = await postOnce(services, liveness, PINGS[liveness.protocol]);
  if (outcome === "sent") return undefined;
  if (outcome === "gone" && !mayStillOpen(liveness, clock.now())) return "transport close";
  // It was not asked, so it owes no answer.
  await store.replace(pinged, liveness);
  return undefined;
}

/** Notes that the connection is being closed, unless its client has answered meanwhile, and tells the client. */
export async function cutOff(
  services: HeartbeatServices,
  liveness: Liveness,
  reason: DisconnectReason,
): Promise<DisconnectReason | undefined> {
  const isOurs = await services.liveness.replace(liveness, { ...liveness, closedAt: services.clock.now() });
  if (!isOurs) return undefined;
  // Engine.IO closes without a word.
  if (liveness.protocol === "json") {
    await postOnce(services, liveness, encodeJsonDisconnect({ reason, reconnect: true }));
  }
  return reason;
}

/** Who does not take it is asked again in a minute; and nobody is a newborn here. */
function postOnce(
  { gateway }: HeartbeatServices,
  { connectionId }: Liveness,
  frame: string,
): Promise<PostOutcome> {
  const recipient = { connectionId };
  return gateway.post(recipient, frame, { retryThrottledMs: 0 });
}
