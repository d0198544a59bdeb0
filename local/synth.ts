import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface SynthOptions {
  readonly projectPath: string;
  /** Directory for the cloud assembly. */
  readonly outputPath: string;
  /** On top of the context in cdk.json. */
  readonly context?: Readonly<Record<string, string>>;
  /** Leaves out CloudFormation's rules, which take two seconds. */
  readonly isKnownValid?: boolean;
  /** Ends the CDK app's processes. */
  readonly signal?: AbortSignal;
}

/** Synthesizes the CDK app of a project, as the CDK's CLI would. Throws an Error of one line when it fails. */
export async function synthesize(options: SynthOptions): Promise<void> {
  const { projectPath, outputPath, context, isKnownValid, signal } = options;
  const binaries = join(projectPath, "node_modules", ".bin");
  if (!existsSync(binaries))
    throw new Error(`expected installed packages in ${projectPath}: run npm install first`);
  const cdk = readCdkJson(projectPath);
  const child = spawn(cdk.app, {
    cwd: projectPath,
    shell: true,
    // A group of its own, to be ended as a whole: the shell, the app and what that starts.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...(isKnownValid ? { CDK_VALIDATION: "false" } : {}),
      PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}`,
      CDK_OUTDIR: outputPath,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdk.context, ...context }),
    },
  });
  const end = () => endGroup(child);
  signal?.addEventListener("abort", end);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => signal?.removeEventListener("abort", end));
  if (code !== 0) throw new Error(firstError(output));
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  process.kill(process.platform === "win32" ? pid : -pid, "SIGTERM");
}

interface CdkJson {
  readonly app: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

function readCdkJson(projectPath: string): CdkJson {
  const file = join(projectPath, "cdk.json");
  if (!existsSync(file)) throw new Error(`expected a CDK app: ${file} is missing`);
  return JSON.parse(readFileSync(file, "utf8")) as CdkJson;
}

/** Of all that a failed synthesis prints, the line that says what is wrong: an esbuild error or the exception's. */
function firstError(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const error = lines.find((line) => /\.[cm]?[jt]sx?:\d+:\d+: ERROR:/.test(line)) ?? lines.find(isErrorLine);
  return error ?? lines.find((line) => line !== "") ?? "the CDK app failed without a word";
}

function isErrorLine(line: string): boolean {
  return /^(\w*Error\b.*:|✘ \[ERROR\])/.test(line);
}
