import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { FAKE_CREDENTIALS } from "../fake-credentials";
import type { Measured, Order } from "./client-process";
import type { ClientName } from "./clients";

const ENVIRONMENT = {
  ...FAKE_CREDENTIALS,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  NODE_EXTRA_CA_CERTS: join(__dirname, "test-only-certificate.pem"),
};

export class StubServer {
  readonly #process = start("server");

  /** The stage's callback URL. */
  async url(): Promise<string> {
    const [port] = await once(this.#process, "message");
    return `https://localhost:${port}/prod`;
  }

  stop(): void {
    this.#process.disconnect();
  }
}

/** One client, in a process of its own. */
export class ClientProcess {
  readonly name: ClientName;
  readonly #process: ChildProcess;

  constructor(name: ClientName, url: string) {
    this.name = name;
    this.#process = start("client-process", name, url);
  }

  measure(order: Order): Promise<Measured> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`${this.name} exited with ${code}`));
      this.#process.once("exit", onExit);
      this.#process.once("message", (measured: Measured) => {
        this.#process.off("exit", onExit);
        resolve(measured);
      });
      this.#process.send(order);
    });
  }

  stop(): void {
    this.#process.disconnect();
  }
}

function start(module: string, ...args: string[]): ChildProcess {
  return fork(join(__dirname, `${module}.ts`), args, {
    env: { ...process.env, ...ENVIRONMENT },
    execArgv: ["--import", "tsx"],
  });
}
