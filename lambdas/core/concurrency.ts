/** Rooms that are read at once: a request to the table that waits long for a connection fails. */
export const MAX_CONCURRENT_READS = 100;

/**
 * Runs `work` on every item, at most `limit` at once. One that fails keeps none of the others from being tried.
 * Rejects with the first failure, after all ended.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const width = Array.isArray(items) ? Math.min(limit, items.length) : limit;
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
}
