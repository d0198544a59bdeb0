import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { FAULT_HELP, FAULT_LIST, FAULT_OPTIONS, type FaultOptions, readFaultOptions } from "./faults/options";

export interface Options {
  readonly port: number;
  readonly dataPath?: string;
  readonly appPath?: string;
  /** As the CDK app's context takes them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly faults: FaultOptions;
}

export const HELP = `Usage: npm start -- [options]

Runs the service on this machine, from the synthesized CloudFormation template.

  --port PORT   where everything is reached (default 3000)
  --data DIR    keeps tables and secrets there; without it they end with the process
  --app FILE    the application's module (default app/index.ts)
  --ping-interval, --ping-timeout, --connect-timeout SECONDS
                the heartbeat's, down to 0.1 (default 480, 120 and 45)
  --recovery-window SECONDS
                how long a client can come back to what it missed (default 120; 0 is never)
  --recovery-overlap SECONDS
                from how long before the last event that it got it is sent again (default 0)
  --order ORDER none, or per-connection: each client's messages one after the other
  --max-payload BYTES
                what clients are told they may send (default 32768)
  --listener-timeout SECONDS
                how long a listener may take (default 25)
  --max-rooms-per-socket ROOMS
                how many a socket may be in (default 100)
${FAULT_HELP}
  --help        prints this

${FAULT_LIST}`;

/** `"help"` when that is what was asked for. Throws an Error that names the wrong option. */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "3000" },
      data: { type: "string" },
      app: { type: "string" },
      "ping-interval": { type: "string" },
      "ping-timeout": { type: "string" },
      "connect-timeout": { type: "string" },
      "recovery-window": { type: "string" },
      "recovery-overlap": { type: "string" },
      "max-payload": { type: "string" },
      "listener-timeout": { type: "string" },
      "max-rooms-per-socket": { type: "string" },
      order: { type: "string" },
      ...FAULT_OPTIONS,
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new Error(`--port: expected a number from 0 to 65535, got ${values.port}`);
  return {
    port,
    dataPath: values.data === undefined ? undefined : resolve(values.data),
    appPath: values.app === undefined ? undefined : resolve(values.app),
    settings: { ...readSettings(values), ...(values.order !== undefined && { order: values.order }) },
    faults: readFaultOptions(values),
  };
}

const SETTINGS = {
  "ping-interval": "pingInterval",
  "ping-timeout": "pingTimeout",
  "connect-timeout": "connectTimeout",
  "recovery-window": "recoveryWindow",
  "recovery-overlap": "recoveryOverlap",
  "max-payload": "maxPayload",
  "listener-timeout": "listenerTimeout",
  "max-rooms-per-socket": "maxRoomsPerSocket",
} as const;

function readSettings(values: Readonly<Record<string, unknown>>): Options["settings"] {
  const given = Object.entries(SETTINGS).flatMap(([option, key]) => {
    const value = values[option];
    if (value === undefined) return [];
    if (typeof value !== "string" || !/^\d+(\.\d+)?$/.test(value))
      throw new Error(`--${option}: expected a number, got ${value}`);
    return [[key, value] as const];
  });
  return Object.fromEntries(given);
}
