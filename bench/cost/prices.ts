/**
 * Dollars, us-east-1, on demand, without free tiers, as of November 2026: aws.amazon.com/api-gateway/pricing
 * (WebSocket APIs), /lambda/pricing (arm64), /dynamodb/pricing/on-demand and /sqs/pricing (FIFO queues). The first
 * tier of each; large accounts pay less. Prices change: look there before you rely on them.
 */
export const PRICES = {
  /** A message in either direction of up to 32 KB; larger ones count as several. */
  message: 1.0 / 1e6,
  connectionMinute: 0.25 / 1e6,
  invocation: 0.2 / 1e6,
  gigabyteSecond: 0.0000133334,
  /** Strongly consistent, up to 4 KB. */
  readUnit: 0.125 / 1e6,
  /** Up to 1 KB. */
  writeUnit: 0.625 / 1e6,
  queueRequest: 0.5 / 1e6,
} as const;

/** The functions' default. */
export const MEMORY_GIGABYTES = 1;
