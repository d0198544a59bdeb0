import { Lane } from "../../lane";
import { postsToMoved } from "../../recovery/following";
import type { DeliveryServices } from "../../services";
import { Tally } from "../delivery-count";
import { byWaiting, type Parcel, type Parcels } from "../parcels";
import type { ShareProgress } from "../ports";
import {
  expectAll,
  MAX_CONCURRENT_POSTS,
  MAX_WAITING_POSTS,
  newPostLog,
  type PostLog,
  post,
  postParcels,
  report,
} from "../posting";
import type { Emit } from "../recipients";
import type { Chunk } from "./chunks";
import { Pace } from "./pace";

/** Posts that have begun are those that nobody knows of after a crash: no more than a fifth of a second's. */
const MIN_CONCURRENT_POSTS = 4;
const BEGUN_SECONDS = 0.2;

/** A checkpoint is a write: not more often than the account's rate needs, nor rarer than a claim lasts. */
const MAX_CHUNK_POSTS = 500;
const MAX_CHUNK_SECONDS = 5;

/** Refused is also who does not take what was posted before: all waits together are less than a claim lasts. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1_600;

/** The posts of one share: at an even rate, with an account of what has begun and what became of it. */
export class SharePosts {
  readonly maxChunkPosts: number;
  readonly #services: DeliveryServices;
  readonly #emits: readonly Emit[];
  readonly #tally: Tally;
  readonly #pace: Pace;
  readonly #lane: Lane;
  readonly #waitingLane = new Lane(MAX_WAITING_POSTS);
  /** The latest chunk and all before it. */
  #last: Promise<void> = Promise.resolve();
  #begunUpTo: string;
  #doneUpTo: string;

  constructor(
    services: DeliveryServices,
    { emits, postsPerSecond }: { readonly emits: readonly Emit[]; readonly postsPerSecond: number },
    from: ShareProgress,
  ) {
    this.#emits = emits;
    this.#tally = new Tally(from.counts);
    this.#pace = new Pace(services.clock, postsPerSecond);
    this.#services = slowedBy(services, this.#pace);
    this.#begunUpTo = from.begunUpTo;
    this.#doneUpTo = from.begunUpTo;
    this.maxChunkPosts = Math.max(
      1,
      Math.min(MAX_CHUNK_POSTS, Math.floor(postsPerSecond * MAX_CHUNK_SECONDS)),
    );
    const begun = Math.ceil(postsPerSecond * BEGUN_SECONDS);
    this.#lane = new Lane(Math.min(MAX_CONCURRENT_POSTS, Math.max(MIN_CONCURRENT_POSTS, begun)));
  }

  progress(isFinished = false): ShareProgress {
    return { begunUpTo: this.#begunUpTo, doneUpTo: this.#doneUpTo, counts: this.#tally.counts, isFinished };
  }

  /** As it is once the chunk has begun. */
  progressWith(chunk: Chunk): ShareProgress {
    const tally = new Tally(this.#tally.counts);
    expectAll(tally, chunk.connections);
    return { ...this.progress(), begunUpTo: chunk.upTo, counts: tally.counts };
  }

  /** Resolves when the last post has begun, or waits in its lane. */
  async begin({ connections, upTo }: Chunk): Promise<void> {
    expectAll(this.#tally, connections);
    this.#begunUpTo = upTo;
    const log = newPostLog(this.#tally);
    const { waiting, others } = byWaiting(connections, this.#services.clock.now());
    const begun = await Promise.all([
      this.#lane.begin(this.#tasks(others, log)),
      this.#waitingLane.begin(this.#tasks(waiting, log)),
    ]);
    this.#follow(upTo, this.#end(begun.flat(), log));
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #tasks(connections: readonly Parcels[], log: PostLog): readonly (() => Promise<void>)[] {
    const turn = (posts: number) => this.#pace.turn(posts);
    return connections.map((entry) => () => postParcels(this.#services, entry, log, turn));
  }

  async #end(posts: readonly Promise<void>[], log: PostLog): Promise<void> {
    await Promise.all(posts);
    await report(this.#services, log);
    await this.#postToMoved(log.undelivered);
  }

  /** Where that fails it is over: a worker that goes on behind this chunk does not look for them again. */
  async #postToMoved(undelivered: readonly Parcel[]): Promise<void> {
    try {
      const moved = await postsToMoved(this.#services, this.#emits, undelivered);
      if (moved) await post(this.#services, moved);
    } catch (error) {
      this.#services.log.error("sockets that moved could not be found, and may lack events", { error });
    }
  }

  /** A chunk is done when those before it are, too. */
  #follow(upTo: string, end: Promise<void>): void {
    this.#last = Promise.all([this.#last, end]).then(() => {
      this.#doneUpTo = upTo;
    });
  }
}

/** Refused posts slow down the others, and are made again when it is their turn. */
function slowedBy(services: DeliveryServices, pace: Pace): DeliveryServices {
  const { gateway } = services;
  return {
    ...services,
    gateway: {
      post: async (recipient, frame) => {
        for (let retryMs = FIRST_RETRY_MS; ; retryMs *= 2) {
          const outcome = await gateway.post(recipient, frame, { retryThrottledMs: 0 });
          if (outcome !== "throttled" || retryMs > LAST_RETRY_MS) return outcome;
          pace.refused();
          await services.clock.pause(retryMs * (0.5 + Math.random()));
          await pace.turn(1);
        }
      },
      close: (connectionId) => gateway.close(connectionId),
    },
  };
}
