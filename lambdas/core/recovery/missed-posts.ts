import { withOffset } from "../../protocol/event-offset";
import { postAll } from "../delivery/posting";
import type { ConnectionRecord } from "../records";
import type { PostServices } from "../services";
import type { LoggedEvent } from "./ports";

/** What a recovered socket is posted from the log, `until` some moment, milliseconds since the epoch. */
export class MissedPosts {
  readonly #services: PostServices;
  readonly #connection: ConnectionRecord;
  readonly #until: number;
  #areHalfDone = false;

  constructor(services: PostServices, connection: ConnectionRecord, until: number) {
    this.#services = services;
    this.#connection = connection;
    this.#until = until;
  }

  /** Its client is there, and has, or may have, some of it. */
  get areHalfDone(): boolean {
    return this.#areHalfDone;
  }

  /**
   * One after the other: API Gateway keeps no order of posts that run side by side.
   *
   * @throws at the first that could not be sent, or of which nobody knows, and when the time is over.
   */
  async post(missed: readonly LoggedEvent[]): Promise<void> {
    const { connectionId, isProtected } = this.#connection;
    const recipient = { connectionId, isProtected };
    for (const { frames, offset } of missed) {
      this.assertInTime();
      const outcome = await postAll(this.#services, recipient, withOffset(frames, offset));
      if (outcome === "sent" || outcome === "unknown") this.#areHalfDone = true;
      if (outcome === "gone") this.#areHalfDone = false;
      if (outcome !== "sent") throw new Error(`an event that was missed could not be sent: ${outcome}`);
    }
  }

  assertInTime(): void {
    if (this.#services.clock.now() > this.#until) throw new Error("a recovery took too long");
  }
}
