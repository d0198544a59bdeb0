/** A name that a client may choose: of a chat room, an order, an item. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 100;
}
