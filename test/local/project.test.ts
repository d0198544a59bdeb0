import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Project } from "../../local/project";
import { PROJECT } from "../support/assemblies";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { writeAssembly } from "./fixtures/assembly";
import { Client } from "./fixtures/client";

const folder = mkdtempSync(join(tmpdir(), "app-"));
const app = join(folder, "app.ts");
const greet = (greeting: string) => {
  const source = `import { Server } from "roomcast";
    const io = new Server();
    io.on("connection", (socket) => void socket.emit("greeting", "${greeting}"));
    export default io;`;
  writeFileSync(app, source);
};

let local: LocalAws;
let project: Project;

beforeAll(async () => {
  greet("first");
  local = await startLocalAws({ assemblyPath: writeAssembly() });
  project = new Project(local.aws, { path: PROJECT, context: { app, stageName: "watched" } }, local.terminal);
  await project.deploy();
});

afterAll(async () => {
  await project?.stop();
  await local?.stop();
  rmSync(folder, { recursive: true });
});

/** The first event that a new plain WebSocket gets. */
async function greeting(): Promise<unknown> {
  const client = await Client.open(local.aws.wsUrl);
  for (;;) {
    const frame = Object(await client.next());
    if (frame.event !== undefined) {
      await client.close();
      return frame.data;
    }
  }
}

it("runs the app that the context names, in the stage that it names", async () => {
  expect(local.aws.wsUrl).toMatch(/\/watched$/);
  expect(await greeting()).toBe("first");
});

it("runs a changed app soon, and the old one when the change is broken", async () => {
  greet("second");
  await local.logged("Changed: the new version runs");
  expect(await greeting()).toBe("second");
  writeFileSync(app, "const = 1;");
  expect((await local.logged("the old version keeps running")).text).toContain("app.ts:1:6: ERROR");
  expect(await greeting()).toBe("second");
});
