import { encodeFrames } from "../../../lambdas/core/delivery/frames";
import type { CoreService } from "../../support/core-service";

export const inRooms = (...rooms: string[]) =>
  ({ kind: "rooms", namespace: "/", rooms, except: ["quiet"] }) as const;

export const said = (text: string) => encodeFrames("/", "said", [text]);

/** The calls that write the log, with the number of items of each. */
export function watchWrites({ stores: { events } }: CoreService, before: () => void = () => {}): number[] {
  const writes: number[] = [];
  const { append } = events;
  events.append = async (entries) => {
    before();
    writes.push(entries.length);
    await append.call(events, entries);
  };
  return writes;
}
