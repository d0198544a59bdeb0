import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type CheckReport, checkTable } from "../check/check-table";
import { documentClient, tableReader } from "../check/read-table";
import { Emitter } from "../emitter";
import { outputNamed } from "../local/demo-config";
import { Faults } from "../local/faults/faults";
import { LocalAws } from "../local/local-aws";
import { synthesize } from "../local/synth";
import type { Terminal } from "../local/terminal";
import type { SoakOptions } from "./options";

const PROJECT = join(__dirname, "..");

/** A closer that crashed is followed by another one after a minute. */
const CLOCK_AHEAD_MS = 70_000;

/** How long a client has to come back, where it can. */
export const WINDOW_SECONDS = 60;

/** A worker that crashed holds its share for 45 s, and is replaced by the last attempt of its event. */
const LAST_RETRY_MS = 50_000;

/** A batch whose function died comes again after 90 s, and here after 30: no batch takes so long. */
const VISIBILITY_SECOND_MS = 333;

/** So long after an emit was confirmed workers may still deliver it: it is handed on after that, and maybe again. */
export const LARGE_MS = LAST_RETRY_MS + 40_000;

const LIMITS = {
  asyncRetryDelaysMs: [300, LAST_RETRY_MS],
  scheduleMinuteMs: 1_000,
  // For ten minutes. A ping comes every 10 to 11 s, and later on a busy machine.
  idleMs: 16_000,
  visibilitySecondMs: VISIBILITY_SECOND_MS,
  // A function waits for most of its time, and what waits costs no more than memory.
  environmentsPerFunction: 12,
  environments: 60,
  queuePollers: 12,
};

/** Until what waits is done or given up, which takes some attempts. */
const REST_MS = 180_000;
const POLL_MS = 100;

/** The service on this machine, as `npm start` runs it. */
export class Service {
  private constructor(
    private readonly aws: LocalAws,
    readonly faults: Faults,
    private readonly assemblyPath: string,
  ) {}

  static async start(options: SoakOptions, terminal: Terminal): Promise<Service> {
    const assemblyPath = mkdtempSync(join(tmpdir(), "roomcast-soak-"));
    const faults = new Faults({}, options.seed);
    const limits = { ...LIMITS, lifetimeMs: options.lifetime * 1_000 };
    const aws = await LocalAws.start({ port: 0, projectPath: PROJECT, terminal, limits, faults });
    const service = new Service(aws, faults, assemblyPath);
    try {
      await synthesize({ projectPath: PROJECT, outputPath: assemblyPath, context: contextOf(options) });
      await aws.deploy(assemblyPath);
      return service;
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  get ioUrl(): string {
    return this.aws.url;
  }

  get webSocketUrl(): string {
    return this.aws.wsUrl;
  }

  /** Connections that the gateway has ended: for their age, for being idle. */
  get cuts(): Readonly<Record<string, number>> {
    return { ...this.aws.gateway.cuts };
  }

  /** Resolves when all that is under way now is done, or given up. @throws when that does not end */
  async atRest(): Promise<void> {
    const startedAt = Date.now();
    while (this.aws.backlogMs >= Date.now() - startedAt) {
      if (Date.now() > startedAt + REST_MS) throw new Error(`something was not done within ${REST_MS} ms`);
      await delay(POLL_MS);
    }
  }

  /** Asks once: what is asked again by itself might be done twice. */
  emitter(): Emitter {
    const client = new LambdaClient({ ...this.sdkConfig, maxAttempts: 1 });
    return new Emitter({ functionName: outputNamed(this.aws.deployed, /PushFunctionName$/) ?? "", client });
  }

  /** As when a minute has passed: every function starts anew, with a clock that is ahead. */
  passAMinute(): void {
    this.faults.plan({ "lambda.clock-ahead": { probability: 1, ms: CLOCK_AHEAD_MS } });
    for (const pid of this.aws.lambda.pids) process.kill(pid, "SIGKILL");
  }

  async checkTable(): Promise<CheckReport> {
    const client = documentClient(this.sdkConfig);
    const table = outputNamed(this.aws.deployed, /TableName$/) ?? "";
    return checkTable(tableReader(client, table), { now: Date.now }).finally(() => client.destroy());
  }

  async stop(): Promise<void> {
    await this.aws.stop();
    rmSync(this.assemblyPath, { recursive: true, force: true });
  }

  private get sdkConfig() {
    const credentials = { accessKeyId: "soak", secretAccessKey: "local" };
    return { endpoint: this.aws.url, region: "us-east-1", credentials };
  }
}

function contextOf({ recovery, order }: SoakOptions): Readonly<Record<string, string>> {
  return {
    app: join(__dirname, "app.ts"),
    pingInterval: "10",
    pingTimeout: "20",
    connectTimeout: "40",
    recoveryWindow: recovery ? String(WINDOW_SECONDS) : "0",
    // They all come from one address.
    limits: "off",
    order,
  };
}
