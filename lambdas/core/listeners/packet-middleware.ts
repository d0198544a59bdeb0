import { RuntimeNamespace } from "../api/namespace";
import type { RuntimeNext, RuntimePacket, RuntimePacketMiddleware } from "../api/namespace-definition";
import { RuntimeSocket } from "../api/socket";
import type { Services } from "../services";
import { answerOf, type MiddlewareAnswer } from "./middleware-answer";
import type { Scope } from "./scope";
import type { Session } from "./session";
import type { UnitOfWork } from "./unit-of-work";

/** One share of the unit for all of a namespace's packet middleware. */
export interface PacketSurroundings {
  readonly scope: Scope;
  readonly socket: RuntimeSocket;
}

export function packetSurroundings(session: Session, unit: UnitOfWork): PacketSurroundings {
  const scope = unit.scope("packet middleware");
  const nsp = new RuntimeNamespace(session.record.namespace, session.services.registry);
  return { scope, socket: new RuntimeSocket(session, nsp, scope) };
}

/** Runs the middleware in order, until one refuses the packet; each may change it for those behind it. */
export async function runPacketMiddleware(
  { services, record }: Session,
  middleware: readonly RuntimePacketMiddleware[],
  { scope, socket }: PacketSurroundings,
  packet: RuntimePacket,
): Promise<MiddlewareAnswer> {
  const judged = await firstRefusal(middleware, services, (run, next) =>
    scope.run(() => run(socket, packet, next)),
  );
  // Also of a packet that was refused: middleware may count them.
  const saved = await answerOf((next) => {
    socket.saveData();
    next();
  }, services);
  const answer = judged.kind === "passed" ? saved : judged;
  if (answer.kind === "passed") return answer;
  const details = { connectionId: record.connectionId, sid: record.sid, event: packet[0] };
  const { error } = answer;
  if (answer.kind === "refused") services.log.warn(`packet middleware refused: ${error.message}`, details);
  else services.log.error("packet middleware failed", { ...details, error });
  return answer;
}

async function firstRefusal(
  middleware: readonly RuntimePacketMiddleware[],
  services: Services,
  call: (run: RuntimePacketMiddleware, next: RuntimeNext) => unknown,
): Promise<MiddlewareAnswer> {
  for (const run of middleware) {
    const answer = await answerOf((next) => call(run, next), services);
    if (answer.kind !== "passed") return answer;
  }
  return { kind: "passed" };
}
