import type { LimitSettings } from "../settings";

/** By the names of the construct's settings. */
export type LimitName = keyof LimitSettings | "maxPayloadBytes" | "maxRoomsPerSocket" | "maxQueueSeconds";

/** Whom a refusal concerned. Never what was in the message. */
export interface RefusedClient {
  readonly connectionId?: string;
  readonly userId?: string;
  readonly address?: string;
}

/** `latest`: one of the refused, for whoever looks into it. */
export interface RefusalReport {
  readonly limit: LimitName;
  readonly refused: number;
  readonly latest: RefusedClient;
}

/** Who floods the service should not flood its log. */
const REPORT_EVERY_MS = 10_000;

interface Pending {
  refused: number;
  reportedAt: number;
}

/**
 * What this environment refused, by limit: reported at the first refusal, and then every ten seconds at most, with
 * a later one. Of a burst that ends, what came after its last report waits for the environment's next refusal.
 */
export class Refusals {
  readonly #pending = new Map<LimitName, Pending>();
  readonly #now: () => number;
  readonly #report: (report: RefusalReport) => void;

  constructor(now: () => number, report: (report: RefusalReport) => void) {
    this.#now = now;
    this.#report = report;
  }

  add(limit: LimitName, latest: RefusedClient): void {
    const pending = this.#pending.get(limit) ?? { refused: 0, reportedAt: -Infinity };
    this.#pending.set(limit, pending);
    pending.refused += 1;
    if (this.#now() < pending.reportedAt + REPORT_EVERY_MS) return;
    this.#report({ limit, refused: pending.refused, latest });
    pending.refused = 0;
    pending.reportedAt = this.#now();
  }
}
