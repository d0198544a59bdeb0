import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const LIMITS = {
  asyncRetryDelaysMs: [300, 1_000],
  scheduleMinuteMs: 1_000,
  // A batch whose function died comes again after 29 minutes, when its client has long been cut: here, 42 s.
  visibilitySecondMs: 24,
  environments: 16,
};

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
    const aws = await LocalAws.start({ port: 0, projectPath: PROJECT, terminal, limits: LIMITS, faults });
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
    pingInterval: "4",
    pingTimeout: "20",
    connectTimeout: "40",
    recoveryWindow: recovery ? String(WINDOW_SECONDS) : "0",
    // They all come from one address.
    limits: "off",
    order,
  };
}
