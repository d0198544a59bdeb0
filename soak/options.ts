import { parseArgs } from "node:util";
import { type FaultPlan, parsePlan } from "../local/faults/plan";
import { EVERYTHING } from "./plan";

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly roomSize: number;
  /** A second, of all clients together. */
  readonly acts: number;
  readonly recovery: boolean;
  readonly order: "per-connection" | "none";
  /** Seconds: for the two hours after which API Gateway ends a connection. */
  readonly lifetime: number;
  readonly faults: FaultPlan;
}

export interface Options extends SoakOptions {
  readonly json: boolean;
  readonly logFolder?: string;
}

export const HELP = `Runs the service on this machine with clients that come, go, talk and drop, and judges what they got.

  npm run soak -- [options]

  --seconds N    how long (default 60); what follows until all is quiet takes 30 to 90 s more
  --seed N       the same plan of clients and faults (default 1)
  --clients N    every eighth speaks plain JSON (default 100)
  --room-size N  a room for so many clients each (default 5); each client is in two or three. In larger rooms an
                 emit is more deliveries, and waits more often for somebody's recovery
  --acts N       so many things all clients together do in a second (default 15): most are a few emits
  --lifetime N   the gateway ends a connection after so many seconds, for two hours (default 30)
  --recovery on|off
  --order per-connection|none
                 what the service is deployed with (default on, per-connection). What is owed stays the
                 same: off shows losses, none shows what is done in another order
  --faults PLAN  as npm start takes them, or none (default: all that the service promises to survive)
  --log FOLDER   keeps what everybody saw there, and what the functions wrote
  --json         one line of JSON at the end

Exit code: 0 when nothing is wrong, 1 when something is, 2 when it could not be run.`;

/** @throws an Error that names the option, what was expected and what came */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      clients: { type: "string", default: "100" },
      "room-size": { type: "string", default: "5" },
      acts: { type: "string", default: "15" },
      lifetime: { type: "string", default: "30" },
      recovery: { type: "string", default: "on" },
      order: { type: "string", default: "per-connection" },
      faults: { type: "string" },
      log: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (values.help) return "help";
  return {
    seconds: readNumber("seconds", values.seconds),
    seed: readNumber("seed", values.seed),
    clients: readNumber("clients", values.clients),
    roomSize: readNumber("room-size", values["room-size"]),
    acts: readNumber("acts", values.acts),
    lifetime: readNumber("lifetime", values.lifetime),
    recovery: readChoice("recovery", values.recovery, ["on", "off"]) === "on",
    order: readChoice("order", values.order, ["per-connection", "none"]),
    faults: readFaults(values.faults),
    logFolder: values.log,
    json: values.json,
  };
}

function readFaults(given: string | undefined): FaultPlan {
  if (given === undefined) return EVERYTHING;
  return given === "none" ? {} : parsePlan(given);
}

function readNumber(name: string, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1) return number;
  throw new Error(`--${name}: expected a whole number from 1, got ${text}`);
}

function readChoice<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new Error(`--${name}: expected ${choices.join(" or ")}, got ${text}`);
}
