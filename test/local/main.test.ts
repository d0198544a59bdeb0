import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROJECT } from "../support/assemblies";

/** `aws-cli/2.…`, or nothing where there is none. */
const awsCli = spawnSync("aws", ["--version"]).stdout?.toString() ?? "";
/** From version 2 on, the CLI expects payloads in base64 unless told otherwise. */
const RAW_PAYLOAD = awsCli.startsWith("aws-cli/1.") ? [] : ["--cli-binary-format", "raw-in-base64-out"];

/** Where the programs write their temporary files. */
const temporary = mkdtempSync(join(tmpdir(), "start-"));

/** All of theirs that is there; the TypeScript loader keeps its cache for the next one. */
function temporaryFiles(): readonly string[] {
  return readdirSync(temporary).filter((name) => !name.startsWith("tsx-"));
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm start`'s program, without npm and tsx's launcher in between, which would take the signals. */
class Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  private stdout = "";
  private stderr = "";

  constructor(...args: string[]) {
    this.process = spawn(process.execPath, ["--import", "tsx", "local/main.ts", ...args], {
      cwd: PROJECT,
      env: { ...process.env, TMPDIR: temporary, TEMP: temporary },
    });
    this.process.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(this.process, "close").then(([code]) => ({
      code,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Resolves with what it printed so far. */
  async ready(): Promise<string> {
    while (!this.stdout.includes("Ctrl-C stops it")) {
      const [event] = await Promise.race([
        once(this.process.stdout ?? this.process, "data"),
        this.ended.then(() => [null]),
      ]);
      if (event === null) throw new Error(`ended early: ${this.stderr}`);
    }
    return this.stdout;
  }
}

function childrenOf(pid: number | undefined): readonly string[] {
  return spawnSync("pgrep", ["-P", String(pid)])
    .stdout.toString()
    .split("\n")
    .filter(Boolean);
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

it("prints its options", async () => {
  const { code, stdout } = await new Program("--help").ended;
  expect(code).toBe(0);
  for (const option of ["--port", "--data", "--app", "--help"]) expect(stdout).toContain(option);
});

it.each([
  ["a port that is none", ["--port", "many"], /^--port: expected a number from 0 to 65535, got many\n$/],
  ["an unknown option", ["--prot", "1"], /^Unknown option '--prot'.*\n$/],
])(
  "answers %s with one line and exit code 1",
  async (_what, args, line) => {
    const { code, stderr } = await new Program(...args).ended;
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  },
  30_000,
);

it("answers an occupied port with one line and exit code 1", async () => {
  const other = createServer().listen(0);
  await once(other, "listening");
  const port = Reflect.get(Object(other.address()), "port");
  const { code, stderr } = await new Program("--port", String(port)).ended;
  other.close();
  expect(stderr).toMatch(new RegExp(`^Port ${port} is taken by another program: .*\n$`));
  expect(code).toBe(1);
});

it.each([
  ["does not compile", "const = 1;", /^.*app\.ts:1:6: ERROR: .*\n$/],
  [
    "throws when it is loaded",
    'throw new Error("no database");',
    /^the \w+ function, or the app module in it, does not load: Error: no database.*app\.ts:1:.*\n$/,
  ],
])(
  "answers an app module that %s with one line and exit code 1",
  async (_what, source, line) => {
    const app = join(mkdtempSync(join(tmpdir(), "app-")), "app.ts");
    writeFileSync(app, source);
    const { code, stderr } = await new Program("--port", "0", "--app", app).ended;
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
    expect(temporaryFiles()).toEqual([]);
  },
  60_000,
);

it("can be stopped before it is ready", async () => {
  const program = new Program("--port", "0");
  await once(program.process.stdout ?? program.process, "data");
  const children = childrenOf(program.process.pid);
  program.process.kill("SIGINT");
  expect((await program.ended).code).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
  expect(temporaryFiles()).toEqual([]);
});

describe("when it runs", () => {
  let program: Program;
  let printed: string;
  beforeAll(async () => {
    // As outside of the tests: with CloudFormation's rules.
    delete process.env.CDK_VALIDATION;
    program = new Program("--port", "0");
    printed = await program.ready();
  });
  afterAll(() => program.process.kill("SIGKILL"));

  const endpoint = () => /AWS endpoint\s+(\S+)/.exec(printed)?.[1] ?? "";
  const functionName = () => /--function-name (\S+)/.exec(printed)?.[1] ?? "";

  it("prints URLs, tokens and what to try", () => {
    expect(printed).toMatch(/Demo page\s+http:\/\/localhost:\d+/);
    expect(printed).toMatch(/WebSocket\s+ws:\/\/localhost:\d+\/prod/);
    for (const name of ["alice", "bob", "admin"]) expect(printed).toMatch(new RegExp(`${name}\\s+eyJ`));
    expect(printed).toContain(`npm run push -- --endpoint ${endpoint()} --user alice`);
  });

  (awsCli.startsWith("aws-cli/") ? it : it.skip)(
    "is reached with the AWS CLI",
    async () => {
      const options = [
        "--endpoint-url",
        endpoint(),
        "--region",
        "us-east-1",
        "--function-name",
        functionName(),
      ];
      const payload = [...RAW_PAYLOAD, "--payload", '{"users":["alice"],"event":"e","data":1}'];
      const answer = join(mkdtempSync(join(tmpdir(), "answer-")), "answer.json");
      const env = { ...process.env, AWS_ACCESS_KEY_ID: "developer", AWS_SECRET_ACCESS_KEY: "local" };
      const args = ["lambda", "invoke", ...options, ...payload, answer];
      await promisify(execFile)("aws", args, { env });
      expect(JSON.parse(readFileSync(answer, "utf8"))).toMatchObject({ recipients: 0 });
    },
    60_000,
  );

  it("ends with all of its processes and files on SIGTERM, with exit code 0", async () => {
    expect(temporaryFiles()).toHaveLength(1);
    const children = childrenOf(program.process.pid);
    expect(children.length).toBeGreaterThanOrEqual(5);
    program.process.kill("SIGTERM");
    const { code, stderr } = await program.ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(children.filter(isAlive)).toEqual([]);
    expect(temporaryFiles()).toEqual([]);
  });
});
