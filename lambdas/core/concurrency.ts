/** Rooms that are read at once: a request to the table that waits long for a connection fails. */
export const MAX_CONCURRENT_READS = 100;

/** Runs `work` on every item, at most `limit` at once. Rejects with the first failure, after all ended. */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  const width = Array.isArray(items) ? Math.min(limit, items.length) : limit;
  const outcomes = await Promise.allSettled(Array.from({ length: width }, worker));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}
