import { withOffset } from "../../protocol/event-offset";
import type { ConnectRequest } from "../connections/connecting";
import { postAll } from "../delivery/posting";
import type { PostServices } from "../services";
import { LAST_MISSED_MS } from "./boundary";
import type { LoggedEvent } from "./ports";

/** What a recovered socket is posted from the log. */
export class MissedPosts {
  readonly #services: PostServices;
  readonly #request: ConnectRequest;
  readonly #activeFrom: number;
  #areHalfDone = false;

  constructor(services: PostServices, request: ConnectRequest, activeFrom: number) {
    this.#services = services;
    this.#request = request;
    this.#activeFrom = activeFrom;
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
    const { connection, definition } = this.#request;
    const { connectionId } = connection;
    const recipient = { connectionId, isProtected: connection.isProtected || definition.isBinary };
    for (const { frames, offset } of missed) {
      this.assertInTime();
      const outcome = await postAll(this.#services, recipient, withOffset(frames, offset));
      if (outcome === "sent" || outcome === "unknown") this.#areHalfDone = true;
      if (outcome === "gone") this.#areHalfDone = false;
      if (outcome !== "sent") throw new Error(`an event that was missed could not be sent: ${outcome}`);
    }
  }

  /** Others post when the time is over, whether a recovery is or not. */
  assertInTime(): void {
    const { clock } = this.#services;
    if (clock.now() > this.#activeFrom + LAST_MISSED_MS) throw new Error("a recovery took too long");
  }
}
