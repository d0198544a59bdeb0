import type { Services } from "../services";

/** One packet has one deadline: its middleware, waiting and listeners together stay below the integration's. */
export function withDeadline(services: Services): Services {
  return { ...services, deadline: services.clock.now() + services.settings.listenerTimeoutMs };
}

export function remainingMs({ deadline, clock, settings }: Services): number {
  return deadline === undefined ? settings.listenerTimeoutMs : Math.max(0, deadline - clock.now());
}
