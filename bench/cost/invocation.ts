import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { LocalAws } from "../../local/local-aws";
import { synthesize } from "../../local/synth";
import { shortName } from "../../local/terminal";
import { signToken } from "../../local/tokens";
import { median } from "../benchmark";

const PROJECT = join(__dirname, "../..");
const WARM_UP = 50;
const MEASURED = 200;

/** Milliseconds of one `message` invocation on local AWS: a client's ping, answered by one post. The median. */
export async function invocationMs(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "roomcast-bench-"));
  try {
    await synthesize({ projectPath: PROJECT, outputPath: directory });
    return await measured(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function measured(assemblyPath: string): Promise<number> {
  const silent = { line: () => {}, functionLine: () => {} };
  const aws = await LocalAws.start({ port: 0, projectPath: PROJECT, terminal: silent });
  try {
    await aws.deploy(assemblyPath);
    const durations = timeMessages(aws);
    await exchange(aws, WARM_UP + MEASURED);
    return median(durations.slice(WARM_UP));
  } finally {
    await aws.stop();
  }
}

function timeMessages({ lambda }: LocalAws): number[] {
  const durations: number[] = [];
  const invoke = lambda.invoke.bind(lambda);
  lambda.invoke = async (fn, ...rest) => {
    const startedAt = performance.now();
    const outcome = await invoke(fn, ...rest);
    if (shortName(fn) === "message") durations.push(performance.now() - startedAt);
    return outcome;
  };
  return durations;
}

/** One after the other, each when the one before has been answered. */
async function exchange(aws: LocalAws, count: number): Promise<void> {
  const token = await signToken(aws.jwtSecret() ?? "", { sub: "bench" });
  const client = new WebSocket(aws.wsUrl, ["roomcast.v1", token]);
  await once(client, "message");
  for (let sent = 0; sent < count; sent += 1) {
    const answer = once(client, "message");
    client.send('{"ping":true}');
    await answer;
  }
  client.close();
}
