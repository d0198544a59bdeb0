import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGateway } from "../../../lambdas/aws/gateway";
import { KeepAlive } from "../../../lambdas/aws/keep-alive";
import { forEachConcurrently } from "../../../lambdas/core/concurrency";
import type { PostOutcome } from "../../../lambdas/core/ports";

type Fault = "throttled" | "gone" | "reset before" | "reset after" | "error after" | "last answer";

/** One of each in a hundred requests. */
const FAULTS: readonly Fault[] = [
  "throttled",
  "gone",
  "reset before",
  "reset after",
  "error after",
  "last answer",
];

/** Takes posts as API Gateway does, and fails as networks do. */
class FaultyConnections {
  readonly taken = new Map<string, number>();
  readonly faults = new Map<Fault, number>();
  #requests = 0;
  readonly server: Server = createServer((request, response) => {
    request.resume().on("end", () => this.#answer(decodeURIComponent(request.url ?? ""), response));
  });

  #answer(path: string, response: ServerResponse): void {
    this.#requests += 1;
    const fault = FAULTS[this.#requests % 100];
    if (fault) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    if (fault === "throttled" || fault === "gone") {
      response.writeHead(fault === "gone" ? 410 : 429).end();
    } else if (fault === "reset before") {
      response.socket?.resetAndDestroy();
    } else {
      this.taken.set(path, (this.taken.get(path) ?? 0) + 1);
      this.#finish(fault, response);
    }
  }

  #finish(fault: Fault | undefined, response: ServerResponse): void {
    if (fault === "reset after") response.socket?.resetAndDestroy();
    else if (fault === "last answer") response.writeHead(200, { connection: "close" }).end();
    else response.writeHead(fault === "error after" ? 500 : 200, { "content-length": 0 }).end();
  }
}

const stub = new FaultyConnections();

afterAll(() => {
  stub.server.closeAllConnections();
  stub.server.close();
});

test("whatever fails, nothing is posted twice, and only what nobody knows is unknown", async () => {
  Object.assign(process.env, { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
  await new Promise<void>((resolve) => stub.server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an AddressInfo.
  const { port } = stub.server.address() as AddressInfo;
  const gateway = createGateway({
    callbackUrl: `http://127.0.0.1:${port}/prod`,
    keepAlive: new KeepAlive(),
    clock: { now: () => Date.now(), pause: () => new Promise((resolve) => setImmediate(resolve)) },
    log: { warn: () => {}, error: () => {} },
  });

  const outcomes = new Map<string, PostOutcome>();
  const ids = Array.from({ length: 2_000 }, (_, n) => `connection${n}=`);
  await forEachConcurrently(ids, 100, async (connectionId) => {
    outcomes.set(connectionId, await gateway.post({ connectionId }, "2"));
  });

  const takenOf = (id: string) => stub.taken.get(`/prod/@connections/${id}`) ?? 0;
  const idsOf = (outcome: PostOutcome) => ids.filter((id) => outcomes.get(id) === outcome);
  const faultsOf = (...names: Fault[]) => names.reduce((sum, name) => sum + (stub.faults.get(name) ?? 0), 0);
  expect(idsOf("sent").every((id) => takenOf(id) === 1)).toBe(true);
  expect(idsOf("gone").every((id) => takenOf(id) === 0)).toBe(true);
  expect(Math.max(...ids.map(takenOf))).toBe(1);
  expect(idsOf("gone")).toHaveLength(faultsOf("gone"));
  expect(idsOf("unknown")).toHaveLength(faultsOf("reset before", "reset after", "error after"));
  expect(idsOf("unknown").filter((id) => takenOf(id) === 0)).toHaveLength(faultsOf("reset before"));
  expect([...idsOf("throttled"), ...idsOf("failed")]).toEqual([]);
  expect(faultsOf("last answer")).toBeGreaterThan(10);
});
