import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { synthesize } from "../../local/synth";
import { bundledFiles } from "../../local/watch";

export const PROJECT = join(__dirname, "../..");

const CACHE = join(PROJECT, "node_modules/.cache/roomcast-assemblies");
const MANIFEST = "sources.json";
/** Nobody runs an assembly for so long. */
const OUTDATED_AFTER_MS = 3_600_000;
/** Long enough that who works on one thing keeps the others' assemblies. */
const UNUSED_AFTER_MS = 24 * 3_600_000;

/** What goes into an assembly besides its bundles' files: the CDK app and all packages. */
const CDK_APP = ["bin", "lib", "cdk.json", "package.json", "package-lock.json", "tsconfig.json"];

type Context = Readonly<Record<string, string>>;
/** By path, a hash of the content. */
type Sources = Readonly<Record<string, string>>;

/** The project's cloud assembly with this context: one that is there already, if no file that made it has changed. */
export async function assemblyWith(context: Context = {}): Promise<string> {
  const folder = join(
    CACHE,
    hash(JSON.stringify([PROJECT, process.version, Object.entries(context).sort()])),
  );
  mkdirSync(folder, { recursive: true });
  const known = entriesOf(folder);
  const path = known.find(isCurrent) ?? (await add(folder, known, context));
  const now = new Date();
  utimesSync(path, now, now);
  return path;
}

/** Contexts come and go with the tests. Not while others take assemblies: before a run. */
export function removeUnusedAssemblies(): void {
  if (!existsSync(CACHE)) return;
  for (const folder of entriesOf(CACHE)) {
    for (const path of entriesOf(folder)) if (ageMs(path) > UNUSED_AFTER_MS) remove(path);
  }
}

async function add(folder: string, known: readonly string[], context: Context): Promise<string> {
  for (const path of known) if (isOutdated(path)) remove(path);
  const path = mkdtempSync(join(folder, "assembly-"));
  const startedAt = Date.now();
  await synthesize({ projectPath: PROJECT, outputPath: path, context });
  const files = [...CDK_APP.flatMap(filesIn), ...bundledFiles(path, PROJECT)];
  // Of a file that changed meanwhile nobody knows which version was read: without a manifest, nobody takes it.
  if (files.every((file) => statSync(file).mtimeMs < startedAt)) writeManifest(path, files);
  return path;
}

function writeManifest(path: string, files: readonly string[]): void {
  const sources: Sources = Object.fromEntries(files.map((file) => [file, contentHash(file)]));
  writeFileSync(join(path, `${MANIFEST}.new`), JSON.stringify(sources));
  renameSync(join(path, `${MANIFEST}.new`), join(path, MANIFEST));
}

function isCurrent(path: string): boolean {
  const manifest = join(path, MANIFEST);
  if (!existsSync(manifest)) return false;
  const sources = JSON.parse(readFileSync(manifest, "utf8")) as Sources;
  const files = new Set([...Object.keys(sources), ...CDK_APP.flatMap(filesIn)]);
  return [...files].every((file) => existsSync(file) && contentHash(file) === sources[file]);
}

function isOutdated(path: string): boolean {
  return ageMs(path) > OUTDATED_AFTER_MS && !isCurrent(path);
}

function entriesOf(folder: string): readonly string[] {
  return readdirSync(folder).map((entry) => join(folder, entry));
}

/** 0 of what another run has removed. */
function ageMs(path: string): number {
  const now = Date.now();
  return now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function filesIn(name: string): readonly string[] {
  const path = join(PROJECT, name);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((entry) => filesIn(join(name, entry)));
}

function contentHash(file: string): string {
  return hash(readFileSync(file));
}

function hash(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}
