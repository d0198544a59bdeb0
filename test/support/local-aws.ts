import { outputNamed } from "../../local/demo-config";
import type { Limits } from "../../local/limits";
import { LocalAws as Aws } from "../../local/local-aws";
import type { LambdaFunction } from "../../local/template/model";
import { shortName, type Terminal } from "../../local/terminal";
import { signToken } from "../../local/tokens";
import { assemblyWith, PROJECT } from "./assemblies";

export interface LocalAwsOptions {
  /** On top of cdk.json's, such as `{ app: "test/fixtures/app.ts", stageName: "dev" }`. */
  readonly context?: Readonly<Record<string, string>>;
  /** A cloud assembly that is there already; without it the project is synthesized. */
  readonly assemblyPath?: string;
  readonly dataPath?: string;
  readonly limits?: Partial<Limits>;
}

export interface LogLine {
  /** The function's short name, such as `message`; `aws` for local AWS's own lines. */
  readonly source: string;
  readonly text: string;
}

/** Local AWS in this process, for tests. */
export interface LocalAws {
  readonly url: string;
  readonly endpoint: string;
  readonly webSocketUrl: string;
  readonly ioUrl: string;
  /** For the AWS SDK's clients. */
  readonly sdkConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly pushFunctionName: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly jwtSecret: string;
  /** The inside, for tests of local AWS itself. */
  readonly aws: Aws;
  readonly terminal: Terminal;
  /** Everything that was printed so far. */
  readonly functionLogs: readonly LogLine[];
  /** Resolves with the first line, printed or to come, that matches. */
  logged(pattern: string | RegExp): Promise<LogLine>;
  /** What functions threw, and which did not answer in time. */
  failures(): readonly string[];
  /** A token that the service accepts, good for 12 hours unless the claims have an `exp`. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

/** Synthesizes the project (or takes an assembly) and runs it on a free port. Stop it in `afterAll`. */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const log = new Log();
  const assemblyPath = options.assemblyPath ?? (await assemblyWith(options.context));
  const { dataPath, limits } = options;
  const aws = await Aws.start({ port: 0, projectPath: PROJECT, dataPath, limits, terminal: log });
  try {
    await aws.deploy(assemblyPath);
  } catch (error) {
    await aws.stop();
    throw error;
  }
  const jwtSecret = aws.jwtSecret() ?? "";
  return {
    url: aws.url,
    endpoint: aws.url,
    webSocketUrl: aws.wsUrl,
    ioUrl: aws.url,
    sdkConfig: {
      endpoint: aws.url,
      region: "us-east-1",
      credentials: { accessKeyId: "developer", secretAccessKey: "local" },
    },
    pushFunctionName: outputNamed(aws.deployed, /PushFunctionName$/) ?? "",
    outputs: aws.deployed.outputs,
    jwtSecret,
    aws,
    terminal: log,
    functionLogs: log.lines,
    logged: (pattern) => log.find(pattern),
    failures: () =>
      log.lines.filter(({ source, text }) => source === "aws" && FAILURE.test(text)).map(({ text }) => text),
    token: (claims) => signToken(jwtSecret, claims),
    stop: () => aws.stop(),
  };
}

/** `<function> failed: <error>`: see LambdaService. */
const FAILURE = /^\S+ failed: /;

class Log implements Terminal {
  readonly lines: LogLine[] = [];
  private readonly waiting = new Set<(line: LogLine) => void>();

  line(text: string): void {
    this.add({ source: "aws", text });
  }

  functionLine(fn: LambdaFunction, text: string): void {
    this.add({ source: shortName(fn), text });
  }

  find(pattern: string | RegExp): Promise<LogLine> {
    const isMatch = (line: LogLine) =>
      typeof pattern === "string" ? line.text.includes(pattern) : pattern.test(line.text);
    const known = this.lines.find(isMatch);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const listener = (line: LogLine) => {
        if (!isMatch(line)) return;
        this.waiting.delete(listener);
        resolve(line);
      };
      this.waiting.add(listener);
    });
  }

  private add(line: LogLine): void {
    this.lines.push(line);
    for (const listener of [...this.waiting]) listener(line);
  }
}
