import { randomUUID } from "node:crypto";
import type { DeliveryServices } from "../../services";
import type { Share, ShareProgress } from "../ports";

/**
 * Longer than a chunk takes, and over when Lambda invokes a crashed worker again, which is after a minute. A
 * worker that is slower than that loses the share: nothing is posted twice, but what it had begun is unknown.
 */
const CLAIM_MS = 45_000;

/** One worker's hold on a share. */
export class ShareClaim {
  readonly #services: Pick<DeliveryServices, "deliveries" | "clock">;
  readonly #share: Share;
  readonly #id = randomUUID();

  constructor(services: Pick<DeliveryServices, "deliveries" | "clock">, share: Share) {
    this.#services = services;
    this.#share = share;
  }

  /**
   * Answers where to go on, or `undefined` when the share is finished.
   *
   * @throws Error when another worker has it: Lambda tries again when that one is done, or known to have crashed.
   */
  async take(start: ShareProgress): Promise<ShareProgress | undefined> {
    const { deliveryId, index } = this.#share;
    const outcome = await this.#services.deliveries.claim(this.#share, this.#worker(CLAIM_MS), start);
    if (outcome.status === "claimed") return outcome.progress;
    if (outcome.status === "finished") return undefined;
    throw new Error(`share ${index} of delivery ${deliveryId} is at another worker`);
  }

  /** `false`: another worker has taken the share over. */
  advance(progress: ShareProgress): Promise<boolean> {
    return this.#services.deliveries.advance(this.#share, this.#worker(CLAIM_MS), progress);
  }

  /** The next worker need not wait. */
  release(progress: ShareProgress): Promise<boolean> {
    return this.#services.deliveries.advance(this.#share, this.#worker(0), progress);
  }

  #worker(ms: number) {
    return { id: this.#id, until: this.#services.clock.now() + ms };
  }
}
