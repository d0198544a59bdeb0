import { disconnect } from "../connections/closing";
import { EVENT_VERSION } from "../internal-events";
import { answeredBy } from "../listeners/deadline";
import { settlesWithin } from "../listeners/listeners";
import type { Stamp } from "../records";
import type { Services } from "../services";
import { park } from "./parking";
import type { ParkedSocket, Recovery, RecoverySession } from "./ports";

/** Whoever closes a connection has run its listeners by then, or they take long, or it has crashed. */
const CLOSED_WITHIN_MS = 5_000;
const POLL_MS = 50;

/** The connection on which a socket was last, from the moment in which its client comes back on another. */
export class OldConnection {
  readonly #services: Services;
  #closing: Promise<void> | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * What the socket left behind there. Where the connection is not closed yet, or nobody has noticed that it is
   * gone, it is closed here, listeners and all. `undefined` when the socket left because somebody wanted it to, or
   * a later CONNECT has claimed the session.
   */
  async leftBehind(
    recovery: Recovery,
    session: RecoverySession & { readonly claim: Stamp },
  ): Promise<ParkedSocket | undefined> {
    if (isAway(session)) return session.parked;
    const { sessions } = recovery;
    const { clock, connections } = this.#services;
    const { pid, connectionId } = session;
    const deadline = clock.now() + CLOSED_WITHIN_MS;
    this.#closing = close(this.#services, connectionId);
    await settlesWithin(this.#closing, CLOSED_WITHIN_MS);
    for (;;) {
      const current = await sessions.load(pid);
      if (current?.claim !== session.claim) return undefined;
      if (isAway(current)) return current.parked;
      const loaded = await connections.load(connectionId);
      const socket = loaded?.sockets.find(({ sid }) => sid === session.sid);
      // Closed before the connection could have the session: what was there before still is.
      if (!socket) return (await sessions.load(pid))?.parked;
      // As it is, listeners or no: the recovery after this one looks for what this one was to bring.
      if (clock.now() >= deadline) return park(recovery, pid, socket, clock.now());
      await clock.pause(POLL_MS);
    }
  }

  /**
   * Waits for disconnect listeners that take longer than the client should wait, as far as the packet has time: they
   * stand still once its Lambda has answered, and another would run them again. What fails is logged, and the
   * heartbeat comes back for it.
   */
  async closed(): Promise<void> {
    if (!this.#closing) return;
    const closing = this.#closing.catch(() => undefined);
    await settlesWithin(closing, Math.max(0, answeredBy(this.#services) - this.#services.clock.now()));
  }
}

/** Whether its connection has dropped, and nobody has recovered it since. */
export function isAway({ parked, connectionId }: RecoverySession): boolean {
  return parked?.connectionId === connectionId;
}

function close(services: Services, connectionId: string): Promise<void> {
  const connections = [{ connectionId }];
  return disconnect(services, { version: EVENT_VERSION, connections, reason: "transport close", cut: true });
}
