import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { bundle } from "../../lib/bundle";

/** Another project: its app, a package of its own, and a copy of this one that must not be used. */
const PROJECT = {
  "realtime/app.ts": `
    import { greeting } from "greetings";
    import { Server } from "roomcast";
    const io = new Server();
    io.on("connection", (socket) => socket.emit("greeting", greeting));
    export default io;`,
  "node_modules/greetings/index.js": `exports.greeting = "hello from another project";`,
  "node_modules/roomcast/index.js": `exports.Server = class { decoy = true };`,
  "broken/app.ts": `import "no-such-package"; export default 1;`,
  "failing/app.ts": `interface Order { id: string }

export default function orderOf(order?: Order): never {
  throw new RangeError(\`no order \${order?.id}\`);
}
orderOf();`,
};

let project: string;
let output: string;

beforeAll(() => {
  // CDK tells which asset it bundles.
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  project = mkdtempSync(join(tmpdir(), "roomcast-project-"));
  for (const [path, content] of Object.entries(PROJECT)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  output = assetOf(bundle({ entry: "message", app: join(project, "realtime/app.ts") }));
});

afterAll(() => {
  jest.restoreAllMocks();
  rmSync(project, { recursive: true });
});

it("puts an app from another project into the entry, with that project's packages", () => {
  expect(readFileSync(join(output, "index.js"), "utf8")).toContain("hello from another project");
});

it("gives the app the server that the entry uses, whatever copies there are", () => {
  const { inputs } = JSON.parse(readFileSync(join(output, "index.meta.json"), "utf8"));
  const servers = Object.keys(inputs).filter((path) => /roomcast\/index\.js$|core\/index\.ts$/.test(path));
  expect(servers).toEqual(["lambdas/core/index.ts"]);
});

it("needs no package at run time", () => {
  const { outputs } = JSON.parse(readFileSync(join(output, "index.meta.json"), "utf8"));
  const files: { imports: { path: string }[] }[] = Object.values(outputs);
  const imports = files.flatMap((file) => file.imports.map(({ path }) => path));
  expect(imports.filter((path) => !isBuiltin(path))).toEqual([]);
});

it("names the source's lines in the stack of an error", () => {
  const folder = assetOf(bundle({ entry: "message", app: join(project, "failing/app.ts") }));
  const script = `try { require(${JSON.stringify(folder)}); } catch ({ stack }) { console.log(stack); }`;
  const stack = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect(stack).toMatch(/^RangeError: no order undefined\n {4}at .*failing\/app\.ts:4:9\b/);
});

it("has the same hash wherever it is synthesized", () => {
  const again = assetOf(bundle({ entry: "message", app: join(project, "realtime/app.ts") }), "elsewhere");
  expect(basename(again)).toBe(basename(output));
});

it("names the place of what does not build", () => {
  const app = join(project, "broken/app.ts");
  expect(() => assetOf(bundle({ entry: "message", app }))).toThrow(
    /broken\/app\.ts:1:7: ERROR: Could not resolve "no-such-package"/,
  );
});

/** The folder that would be deployed. */
function assetOf(code: Code, folder = "cdk.out"): string {
  const outdir = join(project, folder);
  const { s3Location } = code.bind(new Stack(new App({ outdir }), "Stack"));
  return join(outdir, `asset.${s3Location?.objectKey.replace(".zip", "")}`);
}
