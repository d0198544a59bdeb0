import {
  authenticate,
  type ConnectOutcome,
  type ConnectRequest,
  connect,
  connectAs,
  type Identity,
} from "../connections/connecting";
import { withinSockets } from "../limits/sockets-per-user";
import type { Stamp } from "../records";
import type { Services } from "../services";
import { newSid } from "../sid";
import { arrivedAt } from "../stamps";
import { isAway, OldConnection } from "./old-socket";
import type { ParkedSocket, Recovery, RecoverySession } from "./ports";
import { takeOver } from "./taking-over";

/** Ours have 20 characters. */
const MAX_PID_LENGTH = 100;

/**
 * A CONNECT of a client that may have been here before: it gets its socket back, with all that it missed, or
 * it is connected as anybody else.
 *
 * @throws when a recovery cannot be finished: the connection is to be cut, and the client comes again.
 */
export async function connectAgain(services: Services, request: ConnectRequest): Promise<ConnectOutcome> {
  const { recovery } = services;
  const claim = request.nextStamp();
  const cameAt = arrivedAt(claim);
  const session = recovery && (await sessionOf(recovery, request, cameAt));
  if (!recovery || !session) return connect(services, request);
  const identity = await authenticate(services, request, session.sid);
  if ("refused" in identity) return identity;
  const old = new OldConnection(services);
  try {
    const outcome = await recover(services, recovery, request, { session, old, identity, claim, cameAt });
    if (outcome) return outcome;
    const fresh = await withinSockets(services, request, { ...identity, sid: newSid() });
    return "refused" in fresh ? fresh : await connectAs(services, request, fresh);
  } finally {
    await old.closed();
  }
}

/** What the client's pid stands for, if it can still be recovered. */
async function sessionOf(
  recovery: Recovery,
  { connection, definition, handshake }: ConnectRequest,
  cameAt: number,
): Promise<RecoverySession | undefined> {
  const { pid } = handshake.auth;
  if (typeof pid !== "string" || pid === "" || pid.length > MAX_PID_LENGTH) return undefined;
  const session = await recovery.sessions.load(pid);
  if (session?.namespace !== definition.name) return undefined;
  if (session.connectionId === connection.connectionId) return undefined;
  return isAway(session) && isOver(recovery, session.parked, cameAt) ? undefined : session;
}

interface Candidate {
  readonly session: RecoverySession;
  readonly old: OldConnection;
  readonly identity: Identity;
  readonly claim: Stamp;
  /** Milliseconds since the epoch. */
  readonly cameAt: number;
}

/** `undefined` where there is nothing to take over, or too much to send. */
async function recover(
  services: Services,
  recovery: Recovery,
  request: ConnectRequest,
  { session: known, old, identity, claim, cameAt }: Candidate,
): Promise<ConnectOutcome | undefined> {
  if (known.userId !== identity.userId) return undefined;
  const claimed = await recovery.sessions.claim(known.pid, claim);
  if (!claimed) return undefined;
  const session = { ...claimed, claim };
  const parked = await old.leftBehind(recovery, session);
  if (!parked || isOver(recovery, parked, cameAt)) return undefined;
  const outcome = await takeOver(services, recovery, request, { session, parked, identity });
  // Its socket gets another sid now: nobody is to take this one again.
  if (!outcome) await recovery.sessions.end(session);
  return outcome;
}

/** Whoever came in time is, however long the queue and the middleware take. */
function isOver({ windowMs }: Recovery, parked: ParkedSocket | undefined, cameAt: number): boolean {
  return cameAt > (parked?.at ?? 0) + windowMs;
}
