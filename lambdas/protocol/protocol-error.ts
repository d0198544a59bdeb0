/**
 * - `invalid_frame`: the frame or packet is not one that the protocol has, or not from a client.
 * - `reserved_event`: the event's name belongs to the service.
 * - `rate_limited`: the client sends more than it may.
 * - `payload_too_large`: the message, or a part of it, is longer than it may be.
 *
 * Each is a `JsonErrorCode` as well.
 */
export type ProtocolErrorReason = "invalid_frame" | "reserved_event" | "rate_limited" | "payload_too_large";

export interface ProtocolErrorDetails {
  /** Dotted path of the member at fault, `auth.token`. */
  readonly field?: string;
  /** The id of the frame at fault, when it had a usable one: the answer carries it. */
  readonly id?: number | string;
}

/**
 * A peer's fault. The message says what was expected and what came, and never quotes the payload; nor is
 * there a `cause`, since JSON.parse's own errors do.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly field?: string;
  readonly id?: number | string;

  constructor(
    readonly reason: ProtocolErrorReason,
    message: string,
    details: ProtocolErrorDetails = {},
  ) {
    super(message);
    this.field = details.field;
    this.id = details.id;
  }
}
