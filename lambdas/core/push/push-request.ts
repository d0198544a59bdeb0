import * as v from "valibot";
import { isReservedEvent } from "../../protocol/reserved-events";
import type { RoomTarget } from "../delivery/target";
import { assertRoomName, EVERYONE, userRoom } from "../rooms";
import type { Operation, PushOperation } from "./push-operation";

export interface PushEvent {
  readonly kind: "event";
  readonly target: RoomTarget;
  readonly event: string;
  readonly args: readonly unknown[];
  /** Whether the answer waits for the workers of an event for many. */
  readonly waits: boolean;
}

export type PushRequest = PushEvent | PushOperation;

/** Bad input of a backend: names the field, what was expected and what came. Nothing was sent. */
export class PushError extends Error {
  override readonly name = "PushError";
}

/** What a push does: exactly one of these. */
const ACTIONS = ["event", "join", "leave", "disconnect"] as const;
const TARGETS = ["namespace", "rooms", "users", "sockets", "exceptRooms", "everyone"];
const KEYS = [...TARGETS, ...ACTIONS, "data", "args", "wait"];

// The message of each schema is what it expects.
const room = v.pipe(
  v.string("a room name"),
  v.check(
    (name) => !name.startsWith("@"),
    'a room name that does not begin with "@" (users and sockets have their own keys)',
  ),
  v.check(isRoomName, "a room name of 1 to 512 bytes"),
);
const user = v.pipe(
  v.string("a user id"),
  v.check((id) => isRoomName(userRoom(id)) && id !== "", "a user id of 1 to 500 bytes"),
);
const sid = v.pipe(v.string("a socket id"), v.regex(/^@[\w-]{20}$/, "a socket id, `@` and 20 characters"));

const schema = v.strictObject({
  namespace: v.optional(
    v.pipe(
      v.string("a string"),
      v.check(
        (name) => name.startsWith("/") && Buffer.from(name).toString() === name,
        'a name that begins with "/"',
      ),
    ),
    "/",
  ),
  rooms: v.optional(v.array(room, "an array of room names")),
  users: v.optional(v.array(user, "an array of user ids")),
  sockets: v.optional(v.array(sid, "an array of socket ids")),
  exceptRooms: v.optional(
    v.array(v.union([sid, room], "a room name or a socket id"), "an array of room names or socket ids"),
    [],
  ),
  everyone: v.optional(v.literal(true, "true, or no such key")),
  event: v.optional(
    v.pipe(
      v.string("a string"),
      v.minLength(1, "an event name"),
      v.check((name) => !isReservedEvent(name), "a name that Socket.IO does not reserve"),
    ),
  ),
  data: v.optional(v.unknown()),
  args: v.optional(v.array(v.unknown(), "an array")),
  wait: v.optional(v.boolean("true or false")),
  join: v.optional(v.array(room, "an array of room names")),
  leave: v.optional(v.array(room, "an array of room names")),
  disconnect: v.optional(v.union([v.literal(true), v.literal("close")], 'true or "close"')),
});

type Input = v.InferOutput<typeof schema>;

/**
 * Reads one push or a list of them, all before anything is sent.
 *
 * @throws PushError
 */
export function parsePush(input: unknown): { readonly requests: PushRequest[]; readonly isList: boolean } {
  if (!Array.isArray(input)) return { requests: [parseOne(input, "")], isList: false };
  return { requests: input.map((item, index) => parseOne(item, `${index}`)), isList: true };
}

function parseOne(input: unknown, path: string): PushRequest {
  const result = v.safeParse(schema, input);
  if (!result.success) throw refusal(result.issues[0], path);
  assertOneAction(result.output, path);
  const target = targetOf(result.output, path);
  const { event, wait: waits = false } = result.output;
  if (event !== undefined) return { kind: "event", target, event, args: argsOf(result.output, path), waits };
  return { ...operationOf(result.output, path), target };
}

function assertOneAction(input: Input, path: string): void {
  const given = ACTIONS.filter((key) => input[key] !== undefined);
  if (given.length === 1) return;
  const got = given.join(" and ") || "none of them";
  throw new PushError(`${at(path)}expected one of ${ACTIONS.join(", ")}, got ${got}`);
}

function operationOf(input: Input, path: string): Operation {
  const stray = (["data", "args", "wait"] as const).find((key) => key in input);
  if (stray) throw new PushError(`${at(path, stray)}expected an event beside it, got none`);
  if (input.join) return { kind: "join", rooms: input.join };
  if (input.leave) return { kind: "leave", rooms: input.leave };
  return { kind: "disconnect", close: input.disconnect === "close" };
}

/** An empty list reaches nobody; only `everyone` reaches everyone. */
function targetOf({ namespace, exceptRooms, everyone, ...input }: Input, path: string): RoomTarget {
  const { rooms, users, sockets } = input;
  const chosen = rooms ?? users ?? sockets;
  if (everyone === undefined && chosen === undefined) {
    throw new PushError(`${at(path)}expected rooms, users, sockets or everyone, got none of them`);
  }
  if (everyone && chosen) {
    throw new PushError(`${at(path, "everyone")}expected no rooms, users or sockets beside it, got some`);
  }
  const names = [...(rooms ?? []), ...(users ?? []).map(userRoom), ...(sockets ?? [])];
  return { kind: "rooms", namespace, rooms: everyone ? [EVERYONE] : names, except: exceptRooms };
}

function argsOf(input: Input, path: string): readonly unknown[] {
  if (!("data" in input)) return input.args ?? [];
  if (input.args !== undefined) throw new PushError(`${at(path, "args")}expected data or args, got both`);
  return [input.data];
}

function refusal(issue: v.InferIssue<typeof schema>, path: string): PushError {
  const field = v.getDotPath(issue) ?? undefined;
  if (issue.type === "strict_object") {
    return new PushError(
      `${at(path, field)}expected ${shapeOf(issue.expected)}, got ${brief(issue.received)}`,
    );
  }
  return new PushError(`${at(path, field)}expected ${issue.message}, got ${brief(issue.received)}`);
}

/** Valibot's words for an unknown key, a missing one (its name in quotes), and what is no object at all. */
function shapeOf(expected: string | null): string {
  if (expected === "never") return `one of the keys ${KEYS.join(", ")}`;
  return expected?.startsWith('"') ? "a value" : "an object";
}

function at(path: string, field?: string): string {
  const parts = [path, field].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? "push: " : `${parts.join(".")}: `;
}

function brief(received: string): string {
  return received.length > 40 ? `${received.slice(0, 40)}…` : received;
}

function isRoomName(name: string): boolean {
  try {
    assertRoomName(name);
    return true;
  } catch {
    return false;
  }
}
