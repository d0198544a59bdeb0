import { RuntimeNamespace } from "../api/namespace";
import type { NamespaceDefinition } from "../api/namespace-definition";
import { RuntimeSocket } from "../api/socket";
import { assertRoomName, userRoom } from "../rooms";
import { answerOf, asError } from "./middleware-answer";
import type { Admission, Session } from "./session";
import type { UnitOfWork } from "./unit-of-work";

export type AdmissionOutcome =
  | { readonly admitted: true; readonly admission: Admission }
  | { readonly admitted: false; readonly error: Error & { data?: unknown } };

/** Runs a namespace's middleware in order. What it sets on the socket counts only when all of it passes. */
export async function runMiddleware(
  session: Session,
  { middleware }: NamespaceDefinition,
  unit: UnitOfWork,
): Promise<AdmissionOutcome> {
  const { services, record } = session;
  session.admission = {};
  const nsp = new RuntimeNamespace(record.namespace, services.registry);
  const socket = new RuntimeSocket(session, nsp, unit.scope("middleware"));
  for (const run of middleware) {
    const answer = await answerOf((next) => run(socket, next), services);
    if (answer.kind === "refused") return { admitted: false, error: answer.error };
    if (answer.kind === "failed") {
      const { connectionId, namespace } = record;
      services.log.error("middleware failed", { connectionId, namespace, error: answer.error });
      return { admitted: false, error: new Error("Internal server error") };
    }
  }
  const admission = session.admission;
  const unusable = faultIn(admission.userId);
  if (unusable) return { admitted: false, error: unusable };
  session.admission = undefined;
  return { admitted: true, admission };
}

/** A user is a room: an id that cannot name one would fail later, half-way. */
function faultIn(userId: string | undefined): Error | undefined {
  if (userId === undefined) return undefined;
  try {
    assertRoomName(userRoom(userId));
    return undefined;
  } catch (error) {
    return new Error(`socket.userId cannot be used: ${asError(error).message}`);
  }
}
