import { disconnectSocket } from "../connections/disconnecting";
import type { RoomTarget } from "../delivery/target";
import { forEachSocket, isLeftToClose, isOpen } from "../delivery/target-sockets";
import type { SocketRecord, Stamp } from "../records";
import type { OperationServices } from "../services";

/** What a backend does to sockets, beside sending them events. */
export type Operation =
  | { readonly kind: "join"; readonly rooms: readonly string[] }
  | { readonly kind: "leave"; readonly rooms: readonly string[] }
  | { readonly kind: "disconnect"; readonly close: boolean };

export type PushOperation = Operation & { readonly target: RoomTarget };

/** `sockets` is the sum of the others: `gone` had closed before, `failed` are in as many rooms as they may be. */
export interface OperationResult {
  readonly sockets: number;
  readonly done: number;
  readonly gone: number;
  readonly failed: number;
}

type Outcome = Exclude<keyof OperationResult, "sockets">;

/**
 * Does it to every socket that the target names when it begins.
 *
 * @throws what the table or API Gateway failed with; then it may be done to some of them. Repeating it is harmless.
 */
export async function operate(
  services: OperationServices,
  operation: PushOperation,
  stamp: Stamp,
): Promise<OperationResult> {
  const result = { sockets: 0, done: 0, gone: 0, failed: 0 };
  const work = async (record: SocketRecord | undefined) => {
    const outcome = record ? await operateOn(services, record, operation, stamp) : "gone";
    result.sockets += 1;
    result[outcome] += 1;
  };
  const concerns = operation.kind === "disconnect" ? isLeftToClose : isOpen;
  await forEachSocket(services, operation.target, work, concerns);
  return result;
}

async function operateOn(
  services: OperationServices,
  record: SocketRecord,
  operation: Operation,
  stamp: Stamp,
): Promise<Outcome> {
  switch (operation.kind) {
    case "join":
      return join(services, record, operation.rooms, stamp);
    case "leave":
      await Promise.all(operation.rooms.map((room) => services.memberships.leave(record, room, stamp)));
      return "done";
    case "disconnect":
      await disconnectSocket({ services, record, nextStamp: () => stamp }, operation.close);
      return "done";
  }
}

async function join(
  { memberships }: OperationServices,
  record: SocketRecord,
  rooms: readonly string[],
  stamp: Stamp,
): Promise<Outcome> {
  const outcomes = await Promise.all(rooms.map((room) => memberships.join(record, room, stamp)));
  if (outcomes.includes("closed")) return "gone";
  return outcomes.includes("full") ? "failed" : "done";
}
