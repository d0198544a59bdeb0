import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalAws } from "./local-aws";
import { synthesize } from "./synth";
import type { Terminal } from "./terminal";
import { bundledFiles, FileWatch } from "./watch";

export interface ProjectOptions {
  readonly path: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** A CDK project on local AWS: synthesized, deployed, and again when its files change. */
export class Project {
  /** One folder for each synthesis: functions that did not change go on running from an older one. */
  private readonly assemblies = mkdtempSync(join(tmpdir(), "roomcast-"));
  private count = 0;
  private readonly watch = new FileWatch(() => this.changed());
  private deploying: Promise<void> | undefined;
  private redeploying: Promise<void> | undefined;
  private isStale = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly aws: LocalAws,
    private readonly options: ProjectOptions,
    private readonly terminal: Terminal,
  ) {}

  /** Throws an Error of one line when the project cannot be synthesized or a function does not load. */
  async deploy(): Promise<void> {
    const outputPath = join(this.assemblies, String(++this.count));
    const { path: projectPath, context } = this.options;
    const { signal } = this.stopping;
    // What is watched goes into the bundles; it does not change the template.
    const isKnownValid = this.count > 1;
    this.deploying = synthesize({ projectPath, outputPath, context, isKnownValid, signal });
    await this.deploying;
    signal.throwIfAborted();
    await this.aws.deploy(outputPath);
    this.watch.follow(bundledFiles(outputPath, this.options.path));
  }

  async stop(): Promise<void> {
    this.watch.stop();
    this.stopping.abort();
    await this.deploying?.catch(() => undefined);
    await this.redeploying;
    rmSync(this.assemblies, { recursive: true, force: true });
  }

  /** One deployment at a time; a change meanwhile makes it run once more. */
  private changed(): void {
    this.isStale = true;
    this.redeploying ??= this.redeploy().finally(() => {
      this.redeploying = undefined;
    });
  }

  private async redeploy(): Promise<void> {
    while (this.isStale && !this.stopping.signal.aborted) {
      this.isStale = false;
      await this.deploy().then(
        () => this.terminal.line("Changed: the new version runs"),
        (error: Error) => this.terminal.line(`Changed, but the old version keeps running: ${error.message}`),
      );
    }
  }
}
