import { remainingMs } from "./deadline";
import { settlesWithin } from "./listeners";
import { RuntimeNamespace } from "./namespace";
import type { NamespaceDefinition, RuntimeMiddleware } from "./registry";
import { assertRoomName, userRoom } from "./rooms";
import type { Services } from "./services";
import type { Admission, Session } from "./session";
import { RuntimeSocket } from "./socket";
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
    const error = await answerOf(run, socket, services);
    if (error) return { admitted: false, error };
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

/**
 * The error that one middleware answers with. `next(error)` speaks to the client; what it throws may name
 * anything, so that goes to the log.
 */
async function answerOf(
  run: RuntimeMiddleware,
  socket: RuntimeSocket,
  services: Services,
): Promise<Error | undefined> {
  const answered = new Promise<Error | undefined>((resolve) => {
    const next = (error?: unknown) =>
      resolve(error === undefined || error === null ? undefined : asError(error));
    // Async middleware may reject instead of calling `next`; resolving without calling it is no answer.
    Promise.resolve()
      .then(() => run(socket, next))
      .catch((error) => {
        services.log.error("middleware failed", { sid: socket.id, error });
        resolve(new Error("Internal server error"));
      });
  });
  if (await settlesWithin(answered, remainingMs(services))) return answered;
  services.log.error("middleware did not call next()", { sid: socket.id });
  return new Error(`middleware did not call next() within ${services.settings.listenerTimeoutMs / 1000} s`);
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
