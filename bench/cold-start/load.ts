import { execFileSync } from "node:child_process";
import type { Candidate } from "./candidates";

export interface Load {
  readonly loadMs: number;
  /** Of all threads: other processes on the machine disturb it less. */
  readonly cpuMs: number;
  /** Of the process, Node's own included. */
  readonly rssMb: number;
}

/** Plain JavaScript: nothing but the bundle is to be loaded. */
const LOADER = `
  const [file] = process.argv.slice(1);
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const { handler } = require(file);
  const loadMs = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (typeof handler !== "function") throw new Error("expected a handler in " + file);
  const rssMb = process.memoryUsage().rss / 1e6;
  require("node:fs").writeSync(1, JSON.stringify({ loadMs, cpuMs: (user + system) / 1e3, rssMb }));
  process.exit();`;

/** What Lambda sets. The credentials are nobody's: loading must not use them. */
const LAMBDA_VARIABLES = {
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "session",
};

/** Loads a bundle in a process of its own. */
export function load({ file, environment }: Candidate): Load {
  const output = execFileSync(process.execPath, ["-e", LOADER, file], {
    env: { ...LAMBDA_VARIABLES, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...environment },
    encoding: "utf8",
  });
  return JSON.parse(output);
}
