import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { Callers, credentials } from "./callers";
import { type DemoConfig, demoConfig, outputNamed, webSocketUrl } from "./demo-config";
import { dynamodbApi } from "./dynamodb/dynamodb-api";
import { Tables } from "./dynamodb/tables";
import { Faults } from "./faults/faults";
import { withFaults } from "./faults/requests";
import { front } from "./front";
import { connectionsApi } from "./gateway/connections-api";
import { Gateway } from "./gateway/gateway";
import { invokeApi } from "./lambda/invoke-api";
import { LambdaService } from "./lambda/service";
import { AWS_LIMITS, type Limits } from "./limits";
import { pollingHint } from "./polling-hint";
import { Schedules } from "./schedules";
import { SecretStore } from "./secrets/secret-store";
import { secretsApi } from "./secrets/secrets-api";
import { sqsApi } from "./sqs/sqs-api";
import { SqsService } from "./sqs/sqs-service";
import { staticFiles } from "./static-files";
import { localAddresses } from "./template/addresses";
import { loadModel } from "./template/load";
import type { LambdaFunction, Model } from "./template/model";
import type { Terminal } from "./terminal";

export interface LocalAwsOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** The project's folder: its `demo/` is served, and functions find the SDK in its `node_modules`. */
  readonly projectPath: string;
  /** Directory that keeps tables and secrets; without it they end with the process. */
  readonly dataPath?: string;
  readonly terminal: Terminal;
  readonly limits?: Partial<Limits>;
  /** What goes wrong, changeable as it runs; nothing without. */
  readonly faults?: Faults;
}

/** AWS on one machine: one port that answers for every service. Deploy a cloud assembly to it, then use it. */
export class LocalAws {
  readonly gateway: Gateway;
  readonly lambda: LambdaService;
  readonly sqs: SqsService;
  readonly secrets: SecretStore;
  readonly faults: Faults;
  private readonly callers = new Callers();
  private readonly schedules: Schedules;
  private readonly server: Server;
  private model: Model = {
    apis: [],
    functions: [],
    tables: [],
    secrets: [],
    schedules: [],
    queues: [],
    eventSources: [],
    outputs: {},
  };

  private constructor(
    private readonly options: LocalAwsOptions,
    readonly tables: Tables,
  ) {
    const limits: Limits = { ...AWS_LIMITS, ...options.limits };
    const { terminal, faults = new Faults() } = options;
    this.faults = faults;
    this.secrets = new SecretStore(options.dataPath && join(options.dataPath, "secrets.json"));
    this.lambda = new LambdaService(limits, terminal, (fn) => this.surroundings(fn), faults);
    this.sqs = new SqsService(this.lambda, limits, terminal);
    this.gateway = new Gateway(this.lambda, this.sqs, limits, terminal, faults);
    this.schedules = new Schedules(this.lambda, terminal, limits.scheduleMinuteMs);
    this.server = createServer(
      front({
        services: withFaults(
          [
            dynamodbApi(tables, this.callers),
            secretsApi(this.secrets, this.callers),
            sqsApi(this.sqs, this.callers),
            invokeApi(this.lambda, this.callers, limits),
            connectionsApi(this.gateway, this.callers, limits),
            pollingHint(this.gateway, terminal),
          ],
          faults,
          (connectionId) => this.gateway.connection(connectionId) !== undefined,
        ),
        files: staticFiles(join(options.projectPath, "demo"), {
          "/socket.io-client.js": join(
            options.projectPath,
            "node_modules/socket.io-client/dist/socket.io.js",
          ),
        }),
        demoConfig: () => this.demoConfig(),
        terminal,
      }),
    );
    this.server.on("upgrade", (request, socket, head) => {
      // An HTTP server's upgrades come on TCP sockets.
      void this.gateway.upgrade(request, socket as Socket, head);
    });
  }

  /** Listens. Rejects with the server's error when the port is taken (`EADDRINUSE`). */
  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    const path = options.dataPath && join(options.dataPath, "tables");
    const sweepMs = options.limits?.ttlSweepMs ?? AWS_LIMITS.ttlSweepMs;
    const tables = await Tables.start({ path, sweepMs });
    const aws = new LocalAws(options, tables);
    try {
      aws.server.listen(options.port);
      await once(aws.server, "listening");
      return aws;
    } catch (error) {
      await tables.stop();
      throw error;
    }
  }

  /** `http://localhost:<port>`: the page, and the endpoint of every SDK. */
  get url(): string {
    // A server that listens on a port has no other kind of address.
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  get wsUrl(): string {
    return webSocketUrl(this.url, this.model);
  }

  get deployed(): Model {
    return this.model;
  }

  /** How long ago the oldest asynchronous event or queued message came that is not done; 0 when there is none. */
  get backlogMs(): number {
    return Math.max(this.lambda.asyncEventAgeMs, this.sqs.ageMs);
  }

  /** Runs a cloud assembly from now on. Throws when it cannot, and then what ran before goes on. */
  async deploy(assemblyPath: string): Promise<void> {
    const model = localAddresses(loadModel(assemblyPath), this.url);
    this.gateway.check(model.apis);
    this.sqs.check(model);
    this.secrets.deploy(model.secrets);
    await this.tables.deploy(model.tables);
    this.callers.register(model.functions);
    await this.lambda.deploy(model.functions);
    this.sqs.deploy(model.queues, model.eventSources);
    this.gateway.deploy(model.apis);
    this.schedules.deploy(model.schedules);
    this.model = model;
  }

  demoConfig(): Promise<DemoConfig> {
    return demoConfig(this.url, this.model, this.jwtSecret());
  }

  /** The key that signs tokens: the value of the secret that an output names. */
  jwtSecret(): string | undefined {
    const arn = outputNamed(this.model, /JwtSecretArn$/);
    const secret = arn === undefined ? undefined : this.secrets.find(arn);
    return secret && this.secrets.versions(secret)[0]?.value;
  }

  /** Ends every process and closes the port. */
  async stop(): Promise<void> {
    this.schedules.stop();
    this.gateway.stop();
    this.sqs.stop();
    await this.lambda.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.tables.stop();
  }

  /** What the SDKs in a function need to find local AWS. */
  private surroundings(fn: LambdaFunction): Readonly<Record<string, string>> {
    return {
      ...credentials(fn),
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL_DYNAMODB: this.url,
      AWS_ENDPOINT_URL_LAMBDA: this.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.url,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      // Lambda's runtime has the SDK on its path; a bundle may leave it out.
      NODE_PATH: join(this.options.projectPath, "node_modules"),
    };
  }
}
