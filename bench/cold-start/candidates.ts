import { mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import { writeBundle } from "../../lib/bundle";
import { synthesize } from "../../local/synth";
import { loadModel } from "../../local/template/load";
import type { LambdaFunction } from "../../local/template/model";

/** A bundle that is loaded as Lambda would. */
export interface Candidate {
  readonly name: string;
  readonly isControl: boolean;
  readonly file: string;
  readonly bundleKb: number;
  readonly environment: Readonly<Record<string, string>>;
}

type WriteBundle = (entryPoint: string, outputDir: string) => void;

interface Control {
  readonly name: string;
  /** In this folder. */
  readonly module: string;
  readonly write: WriteBundle;
}

const CONTROLS: readonly Control[] = [
  { name: "document-client", module: "document-client.ts", write: bundleAsUsual },
  { name: "lean document-client", module: "document-client.ts", write: bundleAsOurs },
  { name: "empty", module: "empty.ts", write: bundleAsOurs },
];

const PROJECT = join(__dirname, "../..");

/** The deployed functions, then the controls, with the variables that `message` has. */
export async function candidatesIn(directory: string): Promise<readonly Candidate[]> {
  const assembly = join(directory, "cdk.out");
  await synthesize({ projectPath: PROJECT, outputPath: assembly });
  const functions = loadModel(assembly).functions.map(deployed);
  const [message] = functions.filter(({ name }) => name === "message");
  if (!message) throw new Error("expected a function of lambdas/message.ts in the template, got none");
  const controls = CONTROLS.map((one) => control(one, directory, message.environment));
  return [...functions, ...controls];
}

function deployed({ codePath, environment }: LambdaFunction): Candidate {
  return { name: entryOf(codePath), isControl: false, environment, ...bundleIn(codePath) };
}

function control(
  { name, module, write }: Control,
  directory: string,
  environment: Candidate["environment"],
): Candidate {
  const outputDir = join(directory, name);
  mkdirSync(outputDir);
  write(`bench/cold-start/${module}`, outputDir);
  return { name, isControl: true, environment, ...bundleIn(outputDir) };
}

function bundleAsOurs(entryPoint: string, outputDir: string): void {
  // None of them imports the app.
  writeBundle({ entryPoint, app: join(PROJECT, "app/index.ts"), outputDir });
}

/** Minified, and nothing else done about what is in it. */
function bundleAsUsual(entryPoint: string, outputDir: string): void {
  buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [entryPoint],
    outfile: join(outputDir, "index.js"),
    bundle: true,
    minify: true,
    platform: "node",
    mainFields: ["module", "main"],
  });
}

function bundleIn(codePath: string): Pick<Candidate, "file" | "bundleKb"> {
  const file = join(codePath, "index.js");
  return { file, bundleKb: statSync(file).size / 1_000 };
}

/** esbuild's metafile says what a bundle was made from. */
function entryOf(codePath: string): string {
  const { outputs }: { outputs: Record<string, { entryPoint?: string }> } = JSON.parse(
    readFileSync(join(codePath, "index.meta.json"), "utf8"),
  );
  return basename(outputs["index.js"]?.entryPoint ?? codePath, ".ts");
}
