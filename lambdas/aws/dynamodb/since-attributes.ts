import type { SocketRecord, Stamp } from "../../core/records";

/**
 * `SocketRecord.since`, an attribute for each room. Not a map: an expression cannot set a key of a map that is not
 * there, and earlier versions' items have none.
 */
export type SinceAttributes = { readonly [name: SinceName]: Stamp };

type SinceName = `since=${string}`;

export function sinceName(room: string): SinceName {
  return `since=${room}`;
}

export function sinceAttributes({ since = {} }: Pick<SocketRecord, "since">): SinceAttributes {
  return Object.fromEntries(Object.entries(since).map(([room, stamp]) => [sinceName(room), stamp]));
}

export function sinceOf(item: SinceAttributes, rooms: readonly string[]): SocketRecord["since"] {
  const stamps = rooms.flatMap((room) => {
    const stamp = item[sinceName(room)];
    return stamp === undefined ? [] : [[room, stamp] as const];
  });
  return stamps.length === 0 ? undefined : Object.fromEntries(stamps);
}
