/**
 * What became of a request:
 * - `answered`;
 * - `unsent`: not a byte of it has left, so it may be made again;
 * - `lost`: it was on its way, and the connection broke or took too long. Nobody can know whether it was done.
 */
export type Exchange =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "unsent" | "lost"; readonly error: Error };

/** A request that waits for its connection or its answer. */
export interface Job {
  /** The whole HTTP/1.1 request. */
  readonly request: string;
  /** `latin1` where each character is one byte: it is written in half the time. */
  readonly encoding: "latin1" | "utf8";
  readonly settle: (exchange: Exchange) => void;
}
