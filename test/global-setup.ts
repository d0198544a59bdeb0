import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeUnusedAssemblies } from "./support/assemblies";

/**
 * Before the first test file of a run. What tests and the CDK write to the system's folder for temporary files
 * ends with the run, whatever fails in between.
 */
export default function setUp(): void {
  removeUnusedAssemblies();
  const folder = mkdtempSync(join(tmpdir(), "roomcast-tests-"));
  // The names of Linux and macOS, and of Windows; workers and what they start inherit them.
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder });
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}
