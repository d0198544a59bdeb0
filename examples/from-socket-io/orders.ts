/** Stands for your database; nothing in it changes with the move. */
const OWNERS = new Map([
  ["1042", "alice"],
  ["1043", "bob"],
]);

export async function ownerOf(orderId: string): Promise<string | undefined> {
  return OWNERS.get(orderId);
}
