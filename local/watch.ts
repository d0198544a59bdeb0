import { existsSync, type FSWatcher, readdirSync, readFileSync, watch } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Editors write a file in several steps, and formatters right after them. */
const QUIET_MS = 80;

/** The project's own files that went into the bundles of an assembly, from esbuild's metafiles. */
export function bundledFiles(assemblyPath: string, projectPath: string): ReadonlySet<string> {
  const metafiles = readdirSync(assemblyPath)
    .map((entry) => join(assemblyPath, entry, "index.meta.json"))
    .filter((file) => existsSync(file));
  const inputs = metafiles.flatMap((file) => Object.keys(readInputs(file)));
  return new Set(
    inputs.filter((file) => !file.includes("node_modules/")).map((file) => resolve(projectPath, file)),
  );
}

function readInputs(metafile: string): Readonly<Record<string, unknown>> {
  return (JSON.parse(readFileSync(metafile, "utf8")) as { inputs: Record<string, unknown> }).inputs;
}

/** Calls back when one of a set of files changes; folders are watched, since editors replace files. */
export class FileWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  private files: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onChange: () => void) {}

  follow(files: ReadonlySet<string>): void {
    this.files = files;
    for (const folder of new Set([...files].map((file) => dirname(file)))) {
      if (this.watchers.has(folder)) continue;
      this.watchers.set(
        folder,
        watch(folder, (_type, name) => this.changed(folder, name)),
      );
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
  }

  private changed(folder: string, name: string | null): void {
    if (name !== null && !this.files.has(join(folder, name))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onChange, QUIET_MS);
  }
}
