import { handOver } from "../connections/handing-over";
import { Lane } from "../lane";
import type { DisconnectReason, Liveness } from "../records";
import type { HeartbeatServices } from "../services";
import type { Duty } from "./duties";
import { askForPong, cutOff } from "./pinging";
import { expireTokens } from "./token-expiry";

/** Posts in flight at once; clients' own messages share the account's quota. */
const MAX_CONCURRENT = 100;
/** As many as are handed to `disconnect` in one event. */
const ENOUGH_TO_HAND_OVER = 10;

/** What one look does for connections: one that takes long, or fails, holds up no other. */
export class Round {
  readonly #services: HeartbeatServices;
  readonly #lane = new Lane(MAX_CONCURRENT);
  #leaving = new Map<string, DisconnectReason>();
  #under: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #failure: unknown;

  constructor(services: HeartbeatServices) {
    this.#services = services;
  }

  /** Resolves when it has begun. One call at a time. */
  async begin(liveness: Liveness, duty: Duty): Promise<void> {
    const begun = await this.#lane.begin([() => this.#attend(liveness, duty)]);
    this.#under = Promise.all([this.#under, ...begun]);
    if (this.#leaving.size >= ENOUGH_TO_HAND_OVER) await this.#handOver();
  }

  async end(): Promise<void> {
    await this.#under;
    await this.#handOver();
    if (this.#failures === 0) return;
    const { log } = this.#services;
    log.error("connections could not be looked after, until the next run", {
      connections: this.#failures,
      error: this.#failure,
    });
  }

  async #attend(liveness: Liveness, duty: Duty): Promise<void> {
    try {
      const reason = await perform(this.#services, liveness, duty);
      if (reason !== undefined) this.#leaving.set(liveness.connectionId, reason);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whom nobody closes is noted as closing: a run in a minute does this again. */
  async #handOver(): Promise<void> {
    const leaving = this.#leaving;
    this.#leaving = new Map();
    try {
      await handOver(this.#services, leaving);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#failure ??= error;
  }
}

/** Answers why the connection has to be closed, if it has to. */
async function perform(
  services: HeartbeatServices,
  liveness: Liveness,
  duty: Duty,
): Promise<DisconnectReason | undefined> {
  switch (duty.kind) {
    case "ping":
      return askForPong(services, liveness);
    case "cut":
      return cutOff(services, liveness, duty.reason);
    case "expire":
      return expireTokens(services, liveness);
    case "close again":
      return closeAgain(services, liveness);
  }
}

/** Its closer crashed. The reason that the closer noted stays. */
async function closeAgain(
  { liveness: store, clock }: HeartbeatServices,
  liveness: Liveness,
): Promise<DisconnectReason | undefined> {
  const isOurs = await store.replace(liveness, { ...liveness, closedAt: clock.now() });
  return isOurs ? "transport close" : undefined;
}
