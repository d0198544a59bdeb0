/** From one place in the log to another, both excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** When a socket was in a room, as far as its client can know. */
export class Membership {
  /** From the answer to a join to the wish to leave. */
  readonly certain: Span[] = [];
  /** From the wish to join to the answer to a leave. */
  readonly possible: Span[] = [];
  private joinedAt: number | undefined;
  private possibleSince: number | undefined;

  joining(at: number): void {
    this.possibleSince ??= at;
  }

  joined(at: number): void {
    this.joinedAt ??= at;
  }

  leaving(at: number): void {
    if (this.joinedAt !== undefined) this.certain.push({ from: this.joinedAt, to: at });
    this.joinedAt = undefined;
  }

  left(at: number): void {
    if (this.possibleSince !== undefined) this.possible.push({ from: this.possibleSince, to: at });
    this.possibleSince = undefined;
  }

  /** The socket is no more. */
  end(at: number): void {
    this.leaving(at);
    this.left(at);
  }
}
