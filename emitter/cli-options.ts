import { parseArgs } from "node:util";
import type { PushInput } from "./push-function";

export const HELP = `Pushes an event to connected clients, or moves and disconnects them.

  npm run push -- --room order:1042 --event orderUpdate --data '{"id":"1042","status":"shipped"}'

who (each can be repeated)
  --room NAME        everyone in a room
  --user ID          a user, on all devices
  --socket ID        one socket
  --everyone         everyone in the namespace
  --except NAME      not those in this room
  --namespace NAME   default: /

what (one of these)
  --event NAME       with --data JSON, the event's argument; repeat it for further ones
  --join NAME        has them join a room (can be repeated)
  --leave NAME       takes them out of a room (can be repeated)
  --disconnect       takes them out of the namespace; --disconnect --close closes their connections

where (default: the AWS that npm start runs on http://localhost:3000)
  --endpoint URL     of another local AWS; AWS_ENDPOINT_URL in the environment does the same
  --function NAME    the push function of a deployed stack: its output PushFunctionName

Prints what became of it as JSON: {"recipients":2,"sent":2,"gone":0,"failed":0,"unknown":0,"pending":0}, and of all but
an event {"sockets":2,"done":2,"gone":0,"failed":0}`;

export interface CliOptions {
  readonly input: PushInput;
  readonly endpoint: string | undefined;
  readonly functionName: string | undefined;
}

const OPTIONS = {
  room: { type: "string", multiple: true },
  user: { type: "string", multiple: true },
  socket: { type: "string", multiple: true },
  everyone: { type: "boolean" },
  except: { type: "string", multiple: true },
  namespace: { type: "string" },
  event: { type: "string" },
  data: { type: "string", multiple: true },
  join: { type: "string", multiple: true },
  leave: { type: "string", multiple: true },
  disconnect: { type: "boolean" },
  close: { type: "boolean" },
  endpoint: { type: "string" },
  function: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads the command line; the push function itself judges rooms, users and event names.
 *
 * @throws an Error that names the option, what was expected and what came
 */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CliOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return "help";
  const target = {
    namespace: values.namespace,
    rooms: values.room,
    users: values.user,
    sockets: values.socket,
    exceptRooms: values.except,
    everyone: values.everyone,
  };
  const input = { ...target, ...parseAction(values) };
  const endpoint = values.endpoint ?? (env.AWS_ENDPOINT_URL_LAMBDA || env.AWS_ENDPOINT_URL || undefined);
  return { input, endpoint: parseEndpoint(endpoint), functionName: values.function };
}

interface Action {
  readonly event?: string;
  readonly data?: readonly string[];
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
  readonly disconnect?: boolean;
  readonly close?: boolean;
}

function parseAction({ event, data, join, leave, disconnect, close }: Action) {
  const given = [event, join, leave, disconnect].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new Error("expected one of --event, --join, --leave and --disconnect (--help shows all options)");
  }
  if (data && event === undefined) throw new Error("--data: expected --event beside it");
  if (close && !disconnect) throw new Error("--close: expected --disconnect beside it");
  if (event !== undefined) return { event, args: (data ?? []).map(parseData) };
  if (join) return { join };
  if (leave) return { leave };
  return { disconnect: close ? ("close" as const) : (true as const) };
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`--data: expected JSON, got ${text} (text needs JSON's own quotes: --data '"text"')`);
  }
}

function parseEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || /^https?:\/\/[^/]/.test(endpoint)) return endpoint;
  throw new Error(`--endpoint: expected a URL such as http://localhost:3000, got ${endpoint}`);
}
