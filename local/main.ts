import { join } from "node:path";
import { banner } from "./banner";
import { Faults } from "./faults/faults";
import { spedUp } from "./faults/speed-up";
import { LocalAws } from "./local-aws";
import { HELP, type Options, readOptions } from "./options";
import { Project } from "./project";
import { stdout } from "./terminal";

const PROJECT = join(__dirname, "..");

run(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
});

async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === "help") stdout.line(HELP);
  else await serve(options);
}

async function serve({ port, dataPath, appPath, settings, faults: wanted }: Options): Promise<void> {
  const interrupted = untilInterrupted();
  const faults = new Faults(wanted.plan, wanted.seed);
  const limits = spedUp(wanted.speedUp);
  const aws = await LocalAws.start({
    port,
    projectPath: PROJECT,
    dataPath,
    terminal: stdout,
    limits,
    faults,
  });
  const context = { ...settings, ...(appPath === undefined ? {} : { app: appPath }) };
  const project = new Project(aws, { path: PROJECT, context }, stdout);
  try {
    stdout.line("Synthesizing the CDK app, starting its functions …");
    await Promise.race([project.deploy(), interrupted]);
    if (!isInterrupted) stdout.line(banner(await aws.demoConfig()));
    await interrupted;
  } finally {
    await project.stop();
    await aws.stop();
    if (faults.isPlanned) stdout.line(`Faults that struck: ${JSON.stringify(faults.counts)}`);
  }
}

let isInterrupted = false;

/** Ctrl-C may come again while the processes end; only the first counts. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        isInterrupted = true;
        resolve();
      });
  });
}

/** One line. */
function explain(error: Error): string {
  if ("code" in error && error.code === "EADDRINUSE")
    return `Port ${Reflect.get(error, "port")} is taken by another program: stop that one, or choose another with --port`;
  return error.message.split("\n", 1)[0] ?? "";
}
