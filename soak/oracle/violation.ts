export type ViolationKind =
  | "lost"
  | "doubled"
  | "misdelivered"
  /** Of one emitter's packets a later one came first. */
  | "misordered-emits"
  /** Of what was replayed a later one came first. */
  | "misordered-replay"
  /** Of what one connection sent, what was sent later was done first. */
  | "misordered-messages"
  /**
   * Lost or doubled, and not promised: under way at the same time as the last that came before a drop, or
   * again after a recovery that broke off.
   */
  | "undecided-lost"
  | "undecided-doubled";

export interface Violation {
  readonly kind: ViolationKind;
  readonly client: string;
  readonly event: string;
  readonly index: number;
}
