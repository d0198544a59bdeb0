import { type Parcels, parcelsOf } from "../parcels";
import { type Addressee, type Batch, type Emit, postsTo } from "../recipients";

/** What begins after one checkpoint. `upTo`: the sids up to this one are in this chunk or an earlier one. */
export interface Chunk {
  readonly connections: readonly Parcels[];
  readonly upTo: string;
}

/** Divides batches into chunks of at most so many posts, reading one batch ahead. */
export async function* chunksOf(
  batches: AsyncGenerator<Batch>,
  emits: readonly Emit[],
  maxPosts: number,
): AsyncGenerator<Chunk> {
  for await (const { addressees } of ahead(batches)) {
    let chunk: Addressee[] = [];
    let posts = 0;
    for (const addressee of addressees) {
      const its = postsTo(emits, addressee);
      if (posts > 0 && posts + its > maxPosts) {
        yield chunkOf(emits, chunk);
        chunk = [];
        posts = 0;
      }
      chunk.push(addressee);
      posts += its;
    }
    if (chunk.length > 0) yield chunkOf(emits, chunk);
  }
}

function chunkOf(emits: readonly Emit[], addressees: readonly Addressee[]): Chunk {
  return { connections: parcelsOf(emits, addressees), upTo: addressees.at(-1)?.member.sid ?? "" };
}

async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  try {
    for (let item = await next; !item.done; item = await next) {
      next = items.next();
      // A failure is the next one's, not an unhandled one while this is in use.
      next.catch(() => undefined);
      yield item.value;
    }
  } finally {
    await items.return(undefined);
  }
}
