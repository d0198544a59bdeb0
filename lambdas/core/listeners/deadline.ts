import type { Services } from "../services";

/** What API Gateway gives a packet, less the way back. */
const PACKET_MS = 28_000;

/** Listeners need some of it, however long what comes before them takes. */
const LEFT_FOR_LISTENERS_MS = 5_000;

/** One packet has one deadline: its middleware, waiting and listeners together stay below the integration's. */
export function withDeadline(services: Services): Services & { readonly deadline: number } {
  const now = services.clock.now();
  return { ...services, deadline: now + services.settings.listenerTimeoutMs, packetEndsAt: now + PACKET_MS };
}

/** When that what comes before the listeners must be done, milliseconds since the epoch. */
export function preparedBy(services: Services): number {
  return answeredBy(services) - Math.min(services.settings.listenerTimeoutMs, LEFT_FOR_LISTENERS_MS);
}

/** For listeners that could not begin at once: their whole time from now on, as far as the packet has it. */
export function withDeadlineFromNow(services: Services): Services {
  const packetEndsAt = answeredBy(services);
  return { ...services, packetEndsAt, deadline: Math.min(withDeadline(services).deadline, packetEndsAt) };
}

/** When all of it must be done, milliseconds since the epoch. */
export function answeredBy({ packetEndsAt, clock }: Services): number {
  return packetEndsAt ?? clock.now() + PACKET_MS;
}

export function remainingMs({ deadline, clock, settings }: Services): number {
  return deadline === undefined ? settings.listenerTimeoutMs : Math.max(0, deadline - clock.now());
}

/** Whether what listeners called and nobody awaited is late. Never where no packet waits: for disconnect listeners. */
export function isPacketOver({ packetEndsAt = Infinity, clock }: Services): boolean {
  return clock.now() >= packetEndsAt;
}
