import { RuntimeNamespace } from "../api/namespace";
import type { NamespaceDefinition, RuntimeListener } from "../api/namespace-definition";
import { RuntimeSocket } from "../api/socket";
import { remainingMs } from "./deadline";
import type { Scope } from "./scope";
import type { Session } from "./session";
import { UnitOfWork } from "./unit-of-work";

export interface Call {
  readonly event: string;
  readonly listeners: readonly RuntimeListener[];
  /** The arguments after the socket, for one listener: its ack belongs to its scope. */
  readonly args: (scope: Scope, socket: RuntimeSocket) => readonly unknown[];
}

/**
 * - `done`: every listener ended, and everything that they did has taken effect.
 * - `failed`: a listener threw, or something that it did failed. Logged.
 * - `overrun`: a listener is still running. Logged; what it does from now on is refused.
 */
export type CallOutcome = "done" | "failed" | "overrun";

/** A unit of work for one packet of a socket. */
export function unitFor(session: Session): UnitOfWork {
  return new UnitOfWork(session);
}

/** Starts all listeners in the order of their registration, as an EventEmitter does, and waits for them. */
export async function runListeners(session: Session, unit: UnitOfWork, call: Call): Promise<CallOutcome> {
  const nsp = namespaceOf(session);
  const label = `listener of ${JSON.stringify(call.event)}`;
  const runs = call.listeners.map((listener) => ({ listener, scope: unit.scope(label) }));
  const running = runs.map(({ listener, scope }) =>
    runListener(listener, { session, unit, scope, nsp, call }),
  );
  if (!(await settlesWithin(Promise.all(running), remainingMs(session.services)))) {
    for (const { scope } of runs) scope.hasEnded = true;
    logOverrun(session, call.event);
    return "overrun";
  }
  await unit.drain();
  return runs.some(({ scope }) => scope.hasThrown || scope.failure !== undefined) ? "failed" : "done";
}

interface Running {
  readonly session: Session;
  readonly unit: UnitOfWork;
  readonly scope: Scope;
  readonly nsp: RuntimeNamespace;
  readonly call: Call;
}

/** Never rejects: a failure belongs to the scope. */
async function runListener(listener: RuntimeListener, running: Running): Promise<void> {
  const { session, unit, scope, nsp, call } = running;
  const socket = new RuntimeSocket(session, nsp, scope);
  try {
    await scope.run(() => listener(socket, ...call.args(scope, socket)));
    await scope.answered();
    socket.saveData();
  } catch (error) {
    unit.threw(scope, error);
    // What it asked before stands, and so do the callbacks that wait for the answers.
    await scope.answered();
  }
}

function logOverrun({ services, record }: Session, event: string): void {
  services.log.error(`listener of ${JSON.stringify(event)} is still running`, {
    connectionId: record.connectionId,
    sid: record.sid,
    listenerTimeoutMs: services.settings.listenerTimeoutMs,
  });
}

function namespaceOf({ services, record }: Session): RuntimeNamespace {
  return new RuntimeNamespace(record.namespace, services.registry);
}

/** The listeners of a lifecycle event, which only the service dispatches. */
export function lifecycleCall(definition: NamespaceDefinition, event: string, ...args: unknown[]): Call {
  return { event, listeners: definition.listeners.get(event) ?? [], args: () => args };
}

/** Whether `work` ends in time. It goes on when it does not: nothing can stop it. */
export async function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
