import { parseArgs } from "node:util";
import type { PushInput } from "./push-function";

export const HELP = `Pushes an event to connected clients.

  npm run push -- --room order:1042 --event orderUpdate --data '{"id":"1042","status":"shipped"}'

who (each can be repeated)
  --room NAME        everyone in a room
  --user ID          a user, on all devices
  --socket ID        one socket
  --everyone         everyone in the namespace
  --except NAME      not those in this room
  --namespace NAME   default: /

what
  --event NAME
  --data JSON        the event's argument; repeat it for further ones

where (default: the AWS that npm start runs on http://localhost:3000)
  --endpoint URL     of another local AWS; AWS_ENDPOINT_URL in the environment does the same
  --function NAME    the push function of a deployed stack: its output PushFunctionName

Prints what became of it as JSON: {"recipients":2,"sent":2,"gone":0,"failed":0,"pending":0}`;

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
  if (values.event === undefined) throw new Error("--event: expected a name (--help shows all options)");
  const input = {
    namespace: values.namespace,
    rooms: values.room,
    users: values.user,
    sockets: values.socket,
    exceptRooms: values.except,
    everyone: values.everyone,
    event: values.event,
    args: (values.data ?? []).map(parseData),
  };
  const endpoint = values.endpoint ?? (env.AWS_ENDPOINT_URL_LAMBDA || env.AWS_ENDPOINT_URL || undefined);
  return { input, endpoint: parseEndpoint(endpoint), functionName: values.function };
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
