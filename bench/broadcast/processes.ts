import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { FAKE_CREDENTIALS } from "../fake-credentials";

const MODULES = ["connections-process", "environment-process", "sample-process"] as const;

export type ModuleName = (typeof MODULES)[number];

const ENVIRONMENT = {
  ...FAKE_CREDENTIALS,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** Bundled, as Lambdas are: a compiler would be part of each process's memory. */
export class Processes {
  readonly #directory = mkdtempSync(join(tmpdir(), "roomcast-broadcast-"));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    buildSync({
      absWorkingDir: __dirname,
      entryPoints: MODULES.map((name) => `${name}.ts`),
      outdir: this.#directory,
      bundle: true,
      minify: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      mainFields: ["module", "main"],
      logLevel: "silent",
    });
  }

  start(module: ModuleName, ...args: string[]): ChildProcess {
    const child = fork(join(this.#directory, `${module}.js`), args, {
      env: { ...process.env, ...ENVIRONMENT },
      execArgv: [],
    });
    this.#running.add(child);
    return child;
  }

  async stop(): Promise<void> {
    const running = [...this.#running].filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const ends = running.map((child) => once(child, "exit"));
    for (const child of running) if (child.connected) child.disconnect();
    await Promise.all(ends);
    rmSync(this.#directory, { recursive: true });
  }
}

/** The next message. Rejects when the process ends instead. */
export function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: T) => {
      child.off("exit", onExit);
      resolve(message);
    };
    const onExit = (code: number | null) => {
      child.off("message", onMessage);
      reject(new Error(`a process exited with ${code}`));
    };
    child.once("message", onMessage).once("exit", onExit);
  });
}
