import type { Services } from "../services";

/** One packet has one deadline: its middleware, waiting and listeners together stay below the integration's. */
export function withDeadline(services: Services): Services & { readonly deadline: number } {
  return { ...services, deadline: services.clock.now() + services.settings.listenerTimeoutMs };
}

/** What API Gateway gives a packet, less the way back. */
const PACKET_MS = 28_000;

/** Listeners need some of it, however long what comes before them takes. */
const LEFT_FOR_LISTENERS_MS = 5_000;

/** When that what comes before the listeners must be done, milliseconds since the epoch. */
export function preparedBy(services: Services): number {
  return answeredBy(services) - Math.min(services.settings.listenerTimeoutMs, LEFT_FOR_LISTENERS_MS);
}

/** For listeners that could not begin at once: their whole time from now on, as far as the packet has it. */
export function withDeadlineFromNow(services: Services): Services {
  const fresh = withDeadline(services);
  return { ...fresh, deadline: Math.min(fresh.deadline, answeredBy(services)) };
}

function answeredBy({ deadline, clock, settings }: Services): number {
  const begunAt = deadline === undefined ? clock.now() : deadline - settings.listenerTimeoutMs;
  return begunAt + PACKET_MS;
}

export function remainingMs({ deadline, clock, settings }: Services): number {
  return deadline === undefined ? settings.listenerTimeoutMs : Math.max(0, deadline - clock.now());
}
