import { work } from "../../lambdas/core/delivery/fan-out/worker";
import { encodeFrames } from "../../lambdas/core/delivery/frames";
import type { Emit } from "../../lambdas/core/delivery/recipients";
import type { RoomTarget } from "../../lambdas/core/delivery/target";
import { type DeliverEvent, EVENT_VERSION } from "../../lambdas/core/internal-events";
import type { PostOutcome } from "../../lambdas/core/ports";
import type { Member } from "../../lambdas/core/records";
import type { Recovery } from "../../lambdas/core/recovery/ports";
import type { DeliveryServices } from "../../lambdas/core/services";
import { newSid } from "../../lambdas/core/sid";
import { memoryDeliveryStore } from "./memory-deliveries";
import { VirtualTime } from "./virtual-time";

const START = Date.parse("2026-01-01T00:00:00Z");
/** Lambda invokes a failed worker again after a minute, and then after two. */
const RETRIES_AFTER_MS = [60_000, 120_000, undefined];
const HALF_POST_MS = 7;

export interface Posted {
  readonly connectionId: string;
  readonly frame: string;
  /** Milliseconds from the beginning. */
  readonly at: number;
}

/** One invocation of a Lambda: it may end in the middle of its work. */
class Invocation {
  readonly died: Promise<"died">;
  #die: () => void = () => {};
  #isDead = false;

  constructor() {
    this.died = new Promise((resolve) => {
      this.#die = () => resolve("died");
    });
  }

  /** What a dead one waits for never comes. */
  async step(isLast: boolean): Promise<void> {
    if (isLast) {
      this.#isDead = true;
      this.#die();
    }
    if (this.#isDead) await new Promise(() => {});
  }
}

/**
 * Deliveries to rooms of any size, on ports in memory and a clock that nobody waits for. Workers are invoked as
 * Lambda does it: asynchronously, with what JSON keeps, and again when they fail.
 */
export class FanOut {
  now = START;
  readonly rooms = new Map<string, Member[]>();
  readonly posted: Posted[] = [];
  readonly invoked: DeliverEvent[] = [];
  readonly left: string[] = [];
  readonly caughtUp: string[] = [];
  readonly logged: string[] = [];
  /** What was read of rooms, such as `members of room`. */
  readonly reads: string[] = [];
  readonly deliveries = memoryDeliveryStore(() => this.now);
  readonly services: DeliveryServices;
  readonly time: VirtualTime;
  pageSize = 1_000;
  /** By room, what reading it fails with. */
  readonly failures = new Map<string, Error>();
  timeoutMs = 900_000;
  /** From the beginning, on all protected connections. */
  turnsTakenForMs = 0;
  outcome: (connectionId: string) => PostOutcome = () => "sent";
  /** The workers', where there is any. */
  recovery: Recovery | undefined;
  /** Asked before and after everything that a worker wants of another service: whether it crashes there. */
  crashes: (step: string) => boolean = () => false;
  readonly #running = new Set<Promise<void>>();

  constructor(fanOut: Partial<DeliveryServices["fanOut"]> = {}) {
    const settings = { postsPerSecond: 7_000, maxInlinePosts: 1_000, ...fanOut };
    const clock = { now: () => this.now, pause: (_ms: number) => Promise.resolve() };
    const log = {
      warn: (text: string) => void this.logged.push(text),
      error: (text: string) => void this.logged.push(text),
    };
    this.services = this.#servicesOf(undefined, { fanOut: settings, clock, log });
    this.time = new VirtualTime(this);
  }

  /** So many sockets, each on a connection of its own, that are in the rooms. */
  join(count: number, ...names: string[]): readonly Member[] {
    const members = Array.from({ length: count }, (): Member => {
      const sid = newSid();
      return { sid, connectionId: `c${sid}`, protocol: "socket.io", connectedAt: START };
    });
    for (const name of names) this.enter(name, members);
    return members;
  }

  enter(name: string, members: readonly Member[]): void {
    const room = [...(this.rooms.get(name) ?? []), ...members];
    this.rooms.set(
      name,
      room.sort((one, other) => (one.sid < other.sid ? -1 : 1)),
    );
  }

  /** Does it, and whatever workers do because of it, however long they take. */
  async run<T>(doing: () => Promise<T>): Promise<T> {
    const done = doing();
    const settled = async () => {
      await done.catch(() => undefined);
      while (this.#running.size > 0) await Promise.all(this.#running);
    };
    await this.time.run(settled());
    return done;
  }

  /** A delivery whose workers post slowly, and so write checkpoints after a few posts. */
  start(emits: readonly Emit[], { shares = 1, postsPerSecond = 2 } = {}): Promise<void> {
    return this.run(async () => {
      // What a worker is invoked with is mutable only by its type.
      const delivery = { id: "delivery", shares, postsPerSecond, emits } as DeliverEvent["delivery"];
      for (let share = 0; share < shares; share++)
        this.invoke({ version: EVENT_VERSION, delivery, shares: [share], handOvers: 0 });
    });
  }

  invoke(event: DeliverEvent): void {
    this.invoked.push(event);
    const running = this.#invoke(JSON.stringify(event)).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Frames by connection, in order. */
  received(): ReadonlyMap<string, readonly string[]> {
    const frames = new Map<string, string[]>();
    for (const { connectionId, frame } of this.posted) {
      const known = frames.get(connectionId);
      if (known) known.push(frame);
      else frames.set(connectionId, [frame]);
    }
    return frames;
  }

  async #invoke(event: string): Promise<void> {
    for (const retryAfterMs of RETRIES_AFTER_MS) {
      const invocation = new Invocation();
      const services = this.#servicesOf(invocation, this.services);
      const working = work(services, JSON.parse(event), this.now + this.timeoutMs).then(
        () => "done" as const,
        (error: unknown) => void this.logged.push(String(error)),
      );
      const end = await Promise.race([working, invocation.died]);
      if (end === "done" || retryAfterMs === undefined) return;
      await this.time.pause(retryAfterMs);
    }
  }

  #servicesOf(
    invocation: Invocation | undefined,
    { fanOut, clock, log }: Pick<DeliveryServices, "fanOut" | "clock" | "log">,
  ): DeliveryServices {
    const { deliveries } = this;
    const call = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
      await invocation?.step(this.crashes(`before ${name}`));
      const result = await effect();
      await invocation?.step(this.crashes(`after ${name}`));
      return result;
    };
    return {
      fanOut,
      log,
      clock,
      recovery: this.recovery,
      memberships: {
        join: () => Promise.reject(new Error("not asked for")),
        leave: () => Promise.reject(new Error("not asked for")),
        leaveAll: () => Promise.reject(new Error("not asked for")),
        members: (_namespace, room, { after, upTo }) =>
          call("members", async () => {
            this.reads.push(`page of ${room}`);
            const failure = this.failures.get(room);
            if (failure) throw failure;
            const members = (this.rooms.get(room) ?? []).filter(({ sid }) => sid > after && sid <= upTo);
            const page = members.slice(0, this.pageSize);
            const last = page.length < members.length ? page.at(-1)?.sid : undefined;
            return { members: page, upTo: last ?? upTo };
          }),
        present: (_namespace, room, sids) =>
          call("present", async () => {
            this.reads.push(`${sids.length} of ${room}`);
            const members = new Set((this.rooms.get(room) ?? []).map(({ sid }) => sid));
            return sids.filter((sid) => members.has(sid));
          }),
      },
      deliveries: {
        keep: (id, content) => call("keep", () => deliveries.keep(id, content)),
        content: (id) => call("content", () => deliveries.content(id)),
        claim: (share, worker, start) => call("claim", () => deliveries.claim(share, worker, start)),
        advance: (share, worker, progress) =>
          call("advance", () => deliveries.advance(share, worker, progress)),
        progress: (id) => call("progress", () => deliveries.progress(id)),
      },
      gateway: {
        post: ({ connectionId }, frame) =>
          call("post", async () => {
            await this.time.pause(HALF_POST_MS);
            const outcome = this.outcome(connectionId);
            const at = this.now - START;
            if (outcome === "sent") this.posted.push({ connectionId, frame, at });
            await this.time.pause(HALF_POST_MS);
            return outcome;
          }),
        close: async () => "closed",
      },
      invoker: {
        disconnect: (event) =>
          call("disconnect", async () => {
            this.left.push(...event.connections.map(({ connectionId }) => connectionId));
          }),
        deliver: (event) => call("deliver", async () => this.invoke(event)),
      },
      turns: {
        take: async () => "taken",
        release: async () => {},
        takenUntil: async () => START + this.turnsTakenForMs,
      },
      catchUp: (recipients) =>
        call("catchUp", async () => {
          this.caughtUp.push(...recipients.map(({ connectionId }) => connectionId));
        }),
    };
  }
}

export function emitTo(
  rooms: string | readonly string[],
  event: string,
  except: readonly string[] = [],
): Emit & { readonly target: RoomTarget } {
  const target = { kind: "rooms", namespace: "/", rooms: [rooms].flat(), except } as const;
  return { target, frames: encodeFrames("/", event, []) };
}
