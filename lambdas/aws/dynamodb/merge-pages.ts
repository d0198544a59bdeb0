type Arrival<Page> = {
  readonly source: AsyncGenerator<Page>;
  readonly result: IteratorResult<Page, unknown>;
};

/** Reads all sources at once and yields their pages as they come; each is at most one page ahead. */
export async function* mergePages<Page>(sources: readonly AsyncGenerator<Page>[]): AsyncGenerator<Page> {
  const arrivals = new Map(sources.map((source) => [source, nextArrival(source)]));
  try {
    while (arrivals.size > 0) {
      const { source, result } = await Promise.race(arrivals.values());
      if (result.done) arrivals.delete(source);
      else {
        arrivals.set(source, nextArrival(source));
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...arrivals.keys()].map((source) => source.return(undefined)));
  }
}

function nextArrival<Page>(source: AsyncGenerator<Page>): Promise<Arrival<Page>> {
  const arrival = source.next().then((result) => ({ source, result }));
  // A page that fails while the consumer is busy with another is reported by the next race, not as unhandled.
  arrival.catch(() => undefined);
  return arrival;
}
