import type { Stores } from "../../../lambdas/aws/dynamodb/stores";

/** How many rooms a socket may be in, in the contract. */
export const MAX_ROOMS = 4;

/** Names that spoil maps, keys and expressions where they are not taken as they are. */
export const ODD_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "1",
  "a.b[0]",
  "a#b",
  "#",
  "@odd",
  "🙂 é",
  "=x",
  "%2F",
];

export interface ContractOptions {
  readonly now: () => number;
  readonly maxRoomsPerSocket: number;
}

export interface TestClock {
  now: number;
}

/** Empty stores with a clock of their own. */
export type SetUp = (
  maxRoomsPerSocket: number,
) => Promise<{ readonly stores: Stores; readonly clock: TestClock }>;
