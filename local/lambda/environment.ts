import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import type { LambdaFunction } from "../template/model";
import { onMessage, writeMessage } from "./channel";
import type { FunctionError, Invocation, Outcome } from "./invocation";

export interface EnvironmentSettings {
  /** The process's environment variables, all of them: a function does not see the developer's own. */
  readonly variables: Readonly<Record<string, string>>;
  readonly initMs: number;
  /** Every line that the process writes. */
  readonly onLine: (line: string) => void;
  /** What one environment has of its own, by its id. */
  readonly ownVariables?: (id: string) => Readonly<Record<string, string>>;
  readonly onInvoke?: (environment: Environment) => void;
}

type Message =
  | { readonly type: "ready" }
  | { readonly type: "init-error"; readonly error: FunctionError }
  | { readonly type: "result"; readonly payload: string }
  | { readonly type: "error"; readonly error: FunctionError }
  /** An error outside the handler: the process ends. */
  | { readonly type: "fatal"; readonly error: FunctionError };

const BOOTSTRAP = join(__dirname, "bootstrap.cjs");

/**
 * One execution environment of a function: a process that handles one event at a time and stands still
 * between events. When `ended`, it takes no more of them.
 */
export class Environment {
  /** Settles when the module has loaded; with an error when it could not. */
  readonly loaded: Promise<FunctionError | undefined>;
  /** Settles when the process has ended. */
  readonly exited: Promise<void>;
  readonly id = randomUUID();
  ended = false;

  private readonly process: ChildProcess;
  private readonly channel: Duplex;
  private waiting: ((outcome: Outcome) => void) | undefined;

  constructor(
    private readonly fn: LambdaFunction,
    private readonly settings: EnvironmentSettings,
  ) {
    this.process = spawn(process.execPath, [...nodeOptions(fn), BOOTSTRAP], {
      env: { ...settings.variables, ...settings.ownVariables?.(this.id) },
      cwd: fn.codePath,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // A group of its own, so that Ctrl-C in a terminal leaves it to the gateway to end it.
      detached: process.platform !== "win32",
    });
    // With "pipe" at index 3 Node makes a duplex stream, which its types do not know.
    this.channel = this.process.stdio[3] as Duplex;
    this.channel.on("error", () => this.end());
    for (const stream of [this.process.stdout, this.process.stderr])
      if (stream) eachLine(stream, settings.onLine);
    this.exited = new Promise((resolve) => this.process.once("close", () => resolve()));
    this.loaded = this.load();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Runs one event. The caller sees to it that there is never a second one at the same time. */
  async invoke(invocation: Invocation): Promise<Outcome> {
    this.settings.onInvoke?.(this);
    const timeoutMs = this.fn.timeoutSeconds * 1000;
    const outcome = new Promise<Outcome>((resolve) => {
      this.waiting = resolve;
    });
    const timer = setTimeout(() => this.timeOut(invocation.requestId), timeoutMs);
    writeMessage(this.channel, { ...invocation, deadline: Date.now() + timeoutMs, functionArn: this.fn.arn });
    return outcome.finally(() => clearTimeout(timer));
  }

  /** Ends the process at once, whatever it does. */
  end(): void {
    this.ended = true;
    this.process.kill("SIGKILL");
  }

  private load(): Promise<FunctionError | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.end();
        resolve({
          errorType: "Sandbox.Timedout",
          errorMessage: `Init timed out after ${this.settings.initMs} ms`,
        });
      }, this.settings.initMs);
      // The bootstrap writes nothing else to its channel.
      onMessage(this.channel, (message) => {
        clearTimeout(timer);
        this.receive(message as Message, resolve);
      });
      this.process.once("error", (error) => resolve({ errorType: error.name, errorMessage: error.message }));
      // Not "exit": the last message may still be on its way then.
      this.process.once("close", (code, signal) => {
        clearTimeout(timer);
        const error = exitError(code, signal);
        this.ended = true;
        resolve(error);
        this.settle({ type: "error", error });
      });
    });
  }

  private receive(message: Message, loaded: (error?: FunctionError) => void): void {
    if (message.type === "ready") loaded();
    else if (message.type === "result" || message.type === "error") this.settle(message);
    else {
      this.ended = true;
      loaded(message.error);
      this.settle({ type: "error", error: message.error });
    }
  }

  private settle(outcome: Outcome): void {
    this.waiting?.(outcome);
    this.waiting = undefined;
  }

  private timeOut(requestId: string): void {
    const errorMessage = `${new Date().toISOString()} ${requestId} Task timed out after ${this.fn.timeoutSeconds.toFixed(2)} seconds`;
    this.settings.onLine(errorMessage);
    this.end();
    this.settle({ type: "error", error: { errorType: "Sandbox.Timedout", errorMessage } });
  }
}

/** Lambda's memory limit is the process's; Node's heap gets what Lambda's runtime gives it. */
function nodeOptions(fn: LambdaFunction): readonly string[] {
  return [`--max-old-space-size=${Math.floor(fn.memoryMegabytes * 0.9)}`];
}

function exitError(code: number | null, signal: NodeJS.Signals | null): FunctionError {
  const reason = signal === null ? `exit status ${code}` : `signal: ${signal}`;
  return { errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: ${reason}` };
}

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
