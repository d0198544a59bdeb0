import { withOffset } from "../../protocol/event-offset";
import { postAll } from "../delivery/posting";
import type { ConnectionRecord } from "../records";
import type { PostServices } from "../services";
import type { Offset } from "./offsets";
import type { Missed } from "./replay";

/** What a recovered socket is posted from the log, `until` some moment, milliseconds since the epoch. */
export class MissedPosts {
  readonly #services: PostServices;
  readonly #connection: ConnectionRecord;
  readonly #until: number;
  #areHalfDone = false;
  readonly #begun = new Set<Offset>();

  constructor(services: PostServices, connection: ConnectionRecord, until: number) {
    this.#services = services;
    this.#connection = connection;
    this.#until = until;
  }

  /** Its client is there, and has, or may have, some of it. */
  get areHalfDone(): boolean {
    return this.#areHalfDone;
  }

  /** Whether its client has the event, or may have it. */
  mayHaveSent(offset: Offset): boolean {
    return this.#begun.has(offset);
  }

  /**
   * One after the other: API Gateway keeps no order of posts that run side by side.
   *
   * @throws at the first that could not be sent, or of which nobody knows, and when the time is over.
   */
  async post(missed: readonly Missed[]): Promise<void> {
    const { connectionId, isProtected } = this.#connection;
    const recipient = { connectionId, isProtected };
    for (const { frames, offset, sentAs } of missed) {
      this.assertInTime();
      const outcome = await postAll(this.#services, recipient, withOffset(frames, sentAs));
      if (outcome === "sent" || outcome === "unknown") {
        this.#areHalfDone = true;
        this.#begun.add(offset);
      }
      if (outcome === "gone") this.#areHalfDone = false;
      if (outcome !== "sent") throw new Error(`an event that was missed could not be sent: ${outcome}`);
    }
  }

  assertInTime(): void {
    if (this.#services.clock.now() > this.#until) throw new Error("a recovery took too long");
  }
}
