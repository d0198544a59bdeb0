import type { DeliveryCount } from "./delivery-count";

/** One of the equal shares of the sids that a delivery is divided into. */
export interface Share {
  readonly deliveryId: string;
  readonly index: number;
}

/** How far a share has come. Counts are by emit. */
export interface ShareProgress {
  /** Posts to everybody up to this sid may have begun. */
  readonly begunUpTo: string;
  /** The outcomes of everybody up to this sid are in the counts. */
  readonly doneUpTo: string;
  readonly counts: readonly DeliveryCount[];
  readonly isFinished: boolean;
}

/** Large deliveries: who works on which share, and how far it is. All is forgotten after some hours. */
export interface DeliveryStore {
  /** Keeps what does not fit into an event. */
  keep(deliveryId: string, content: string): Promise<void>;
  /** `undefined` when nothing is kept (any more). */
  content(deliveryId: string): Promise<string | undefined>;
  /**
   * Gives the share to a worker until `until` (milliseconds since the epoch), unless another's time is not over,
   * and answers how far it is: at first `start`.
   *
   * - `busy`: another worker's.
   * - `finished`: nothing is left to do.
   */
  claim(
    share: Share,
    worker: { readonly id: string; readonly until: number },
    start: ShareProgress,
  ): Promise<
    | { readonly status: "claimed"; readonly progress: ShareProgress }
    | { readonly status: "busy" | "finished" }
  >;
  /**
   * Notes how far the worker is, and prolongs its time. `false`: the share is another's by now, or finished, or
   * further than that.
   */
  advance(
    share: Share,
    worker: { readonly id: string; readonly until: number },
    progress: ShareProgress,
  ): Promise<boolean>;
  /** Of the shares that somebody has claimed. Strongly consistent. */
  progress(deliveryId: string): Promise<readonly ShareProgress[]>;
}
