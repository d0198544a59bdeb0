import { createHash, randomUUID } from "node:crypto";
import { currentScope, type Scope } from "../listeners/scope";
import type { SeenAttempt, SeenStore } from "../ports";
import type { Services } from "../services";
import type { RuntimeSocket } from "./socket";

export type Remember = (answer: readonly unknown[]) => void;

/** A holder cannot be at work any more when its claim lapses: Lambda has ended the invocation. */
const LEASE_BEYOND_TIMEOUT_MS = 5_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** One attempt at an event that may have been made before. */
export class Repetition {
  readonly #scope: Scope;
  readonly #socket: RuntimeSocket;
  readonly #services: Services;
  readonly #attempt: SeenAttempt;
  readonly #ttlSeconds: number;
  #remembered: Promise<void> | undefined;

  constructor(socket: RuntimeSocket, key: unknown, ttlSeconds: number) {
    const scope = currentScope();
    if (!scope) throw new TypeError("deduplicated(): expected to be called as a listener of an event");
    this.#scope = scope;
    this.#socket = socket;
    this.#services = scope.session.services;
    this.#attempt = { id: randomUUID(), key: seenKey(scope, key) };
    this.#ttlSeconds = ttlSeconds;
  }

  /** `running` only where nobody waits for an answer. Somebody else's failure makes it ours. */
  async claim(isAwaited: boolean): ReturnType<SeenStore["claim"]> {
    const { seen, clock, settings } = this.#services;
    const lease = {
      leaseMs: settings.listenerTimeoutMs + LEASE_BEYOND_TIMEOUT_MS,
      ttlSeconds: this.#ttlSeconds,
    };
    // Half of the time is left for the listener, if it must run after all.
    const until = clock.now() + settings.listenerTimeoutMs / 2;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const outcome = await seen.claim(this.#attempt, lease);
      if (outcome.status !== "running" || !isAwaited) return outcome;
      if (clock.now() >= until) throw new Error("an earlier attempt at the same event is still running");
      await clock.pause(pauseMs);
    }
  }

  /** Runs the listener; a failure before it was remembered leaves the event to the next attempt. */
  async run(listener: (remember: Remember) => unknown): Promise<void> {
    try {
      await listener((answer) => void this.#remember(answer));
      await this.#remember([]);
    } catch (error) {
      if (!(await this.#isRemembered())) await this.#release();
      throw error;
    }
  }

  /** In the order of the listener's calls: not before what it did so far has taken effect. The first call counts. */
  #remember(answer: readonly unknown[]): Promise<void> {
    if (this.#remembered) return this.#remembered;
    const { seen } = this.#services;
    this.#socket.saveData();
    this.#remembered = this.#scope.confirmation("remember the answer", async () => {
      if (await seen.finish(this.#attempt, answer)) return;
      throw new Error("the listener took so long that another attempt may run by now");
    });
    return this.#remembered;
  }

  async #isRemembered(): Promise<boolean> {
    return this.#remembered === undefined ? false : this.#remembered.then(yes, no);
  }

  /** If this fails as well, the claim lapses; why the listener failed matters more. */
  async #release(): Promise<void> {
    const { seen, log } = this.#services;
    await seen.release(this.#attempt).catch((error: unknown) => {
      log.warn(`${this.#scope.label} is not repeated until its claim has lapsed`, { error });
    });
  }
}

const yes = () => true;
const no = () => false;

/** The scope's label names the event. Hashed: of one length, whatever the client chose, and spread evenly. */
function seenKey({ label, session }: Scope, key: unknown): string {
  if (typeof key !== "string" || key === "") {
    throw new TypeError(`deduplicated(): key: expected a string that is not empty, got ${typeof key}`);
  }
  const { namespace, userId = null } = session.record;
  return createHash("sha256")
    .update(JSON.stringify([namespace, label, userId, key]))
    .digest("base64url");
}
