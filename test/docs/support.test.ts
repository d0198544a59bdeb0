import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Server } from "../../lambdas/core";
import { CoreService } from "../support/core-service";

/** Every object of the app's API, by the name of Socket.IO's class. */
type Objects = Readonly<Record<string, object>>;

interface Row {
  readonly member: string;
  readonly status: string;
  readonly why: string;
}

const SOCKET_IO = dirname(require.resolve("socket.io"));
const CLASSES = [
  ["Server", "index"],
  ["Namespace", "namespace"],
  ["Socket", "socket"],
  ["BroadcastOperator", "broadcast-operator"],
  ["RemoteSocket", "broadcast-operator"],
] as const;
const STATUSES = ["supported", "differs", "not here"];

const document = readFileSync(join(__dirname, "../../docs/support.md"), "utf8");

/** The rows below a heading, one for each member. */
function rowsOf(heading: string): Row[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`\`${heading}\``)) ?? "";
  return [...section.matchAll(/^\| (`.*?) \| (.*?) \| (.*?) ?\|$/gm)].flatMap(
    ([, names = "", status = "", why = ""]) =>
      [...names.matchAll(/`(.*?)`/g)].map(([, member = ""]) => ({ member, status, why })),
  );
}

/** The methods of a class at run time and the fields that its declaration has, without the private ones. */
function publicMembers(name: string, module: string): string[] {
  const types = readFileSync(join(SOCKET_IO, `${module}.d.ts`), "utf8");
  const [, body = ""] = new RegExp(`export declare class ${name}<([\\s\\S]*?)\\n}`).exec(types) ?? [];
  const { prototype } = require(join(SOCKET_IO, `${module}.js`))[name];
  const methods = Object.getOwnPropertyNames(prototype).filter((member) => isOwn(member, body));
  const fields = [...body.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, field = ""]) => field);
  return [...new Set([...methods, ...fields])].filter((member) => isPublic(member, body)).sort();
}

/** Server has an EventEmitter's methods again, bound to `/`. */
function isOwn(member: string, body: string): boolean {
  return !(member in EventEmitter.prototype) || new RegExp(`^ {4}${member}[<(]`, "m").test(body);
}

function isPublic(member: string, body: string): boolean {
  const isPrivate = new RegExp(
    `(?:^ {4}private (?:readonly )?|@private[^/]*\\*/\\s+(?:readonly )?)${member}\\b`,
    "m",
  );
  return member !== "constructor" && !member.startsWith("_") && !isPrivate.test(body);
}

async function objects(): Promise<Objects> {
  const io = new Server();
  const namespace = io.of("/nsp");
  const found: Record<string, object> = {
    Server: io,
    Namespace: namespace,
    BroadcastOperator: io.to("room"),
  };
  io.on("connection", async (socket) => {
    const [remote] = await io.fetchSockets();
    Object.assign(found, { Socket: socket, RemoteSocket: remote });
  });
  await new CoreService(io).socketIo();
  return found;
}

describe("the support table", () => {
  test.each(CLASSES)("has every public member of %s, and no other", (name, module) => {
    const members = publicMembers(name, module);
    expect(members.length).toBeGreaterThan(6);
    expect(
      rowsOf(name)
        .map(({ member }) => member)
        .sort(),
    ).toEqual(members);
  });

  test("has every member of EventEmitter", () => {
    const members = Object.getOwnPropertyNames(EventEmitter.prototype).filter((member) =>
      /^[a-z]/.test(member),
    );
    const listed = rowsOf("EventEmitter").map(({ member }) => member);
    expect(listed.sort()).toEqual(members.filter((member) => member !== "constructor").sort());
  });

  test.each(CLASSES)("tells what Roomcast's %s has", async (name) => {
    const found = (await objects())[name];
    const wrong = rowsOf(name).filter(
      ({ member, status }) => found === undefined || member in found === (status === "not here"),
    );
    expect(wrong).toEqual([]);
  });

  test("says why, or what to use instead, of all that is not as in Socket.IO", () => {
    const rows = [...CLASSES.map(([name]) => name), "EventEmitter"].flatMap(rowsOf);
    expect(rows.filter(({ status }) => !STATUSES.includes(status))).toEqual([]);
    expect(rows.filter(({ status, why }) => status !== "supported" && why.length < 9)).toEqual([]);
  });
});
