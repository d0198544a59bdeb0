import type { Gateway } from "../ports";

/** Does what closes a connection. Its client goes also where that fails: `$disconnect` follows, and tries again. */
export async function orCut<Result>(
  { gateway }: { readonly gateway: Gateway },
  connectionId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await Promise.allSettled([gateway.close(connectionId)]);
    throw error;
  }
}
