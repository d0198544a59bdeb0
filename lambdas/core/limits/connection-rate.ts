import type { Services } from "../services";
import type { LimitSettings } from "../settings";
import { networkOf } from "./addresses";
import type { Window } from "./ports";

const WINDOW_MS = 60_000;

/** So many draws within the limit tell to an eighth how many connections there were. */
const DRAWS = 64;
const MOST_DRAWN_OF = 16;

type AddressLimit = "connectionsPerAddress" | "unauthenticatedPerAddress";

interface Attempt {
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
}

/**
 * `$connect`, before it writes anything else: whether too many come from this address. One connection of several
 * is counted in the table, for all of them; an environment goes on from what it was told then.
 */
export async function isAddressRefused(services: Services, attempt: Attempt): Promise<boolean> {
  const window = windowOf(services, attempt);
  if (!window) return false;
  const limit = await exceededLimit(services, window);
  if (!limit) return false;
  services.limits.refusedConnections.add(window.id, window.startsAt);
  services.limits.refusals.add(limit, { address: attempt.address });
  return true;
}

/** The first socket of a connection: it does not count as unauthenticated any more. Never rejects. */
export async function noteAdmission(services: Services, attempt: Attempt): Promise<void> {
  const { limits, settings } = services;
  const window = windowOf(services, attempt);
  if (!window || settings.limits.unauthenticatedPerAddress === undefined) return;
  const of = drawnOf(settings.limits);
  if (limits.random() >= 1 / of) return;
  await orLog(services, limits.windows.count(window, { admitted: of }));
}

async function exceededLimit(services: Services, window: Window): Promise<AddressLimit | undefined> {
  const { limits, settings } = services;
  const { connectionsPerAddress = Infinity, unauthenticatedPerAddress = Infinity } = settings.limits;
  const seen = limits.connections.add(window.id, window.startsAt);
  if (seen > connectionsPerAddress) return "connectionsPerAddress";
  // Admissions make room again: whoever was told "too many" asks for each.
  const wasRefused = limits.refusedConnections.of(window.id, window.startsAt) > 0;
  const of = wasRefused ? 1 : drawnOf(settings.limits);
  if (limits.random() >= 1 / of) return undefined;
  const counts = await orLog(services, limits.windows.count(window, { total: of }));
  if (!counts) return undefined;
  if (limits.connections.raise(window.id, window.startsAt, counts.total) > connectionsPerAddress)
    return "connectionsPerAddress";
  return counts.total - counts.admitted > unauthenticatedPerAddress ? "unauthenticatedPerAddress" : undefined;
}

/** A count that fails keeps nobody out. */
async function orLog<T>({ log }: Services, counting: Promise<T>): Promise<T | undefined> {
  try {
    return await counting;
  } catch (error) {
    log.warn("connections could not be counted", { error });
    return undefined;
  }
}

function windowOf({ settings }: Services, { address, connectedAt }: Attempt): Window | undefined {
  if (leastOf(settings.limits) === Infinity) return undefined;
  return { of: "address", id: networkOf(address), startsAt: connectedAt - (connectedAt % WINDOW_MS) };
}

function drawnOf(limits: LimitSettings): number {
  return Math.min(MOST_DRAWN_OF, Math.max(1, Math.floor(leastOf(limits) / DRAWS)));
}

function leastOf({
  connectionsPerAddress = Infinity,
  unauthenticatedPerAddress = Infinity,
}: LimitSettings): number {
  return Math.min(connectionsPerAddress, unauthenticatedPerAddress);
}
