import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { Barrier } from "../../support/barrier";
import { ReturningClient, recoverable } from "./returning-client";

/** Longer than a client waits for the disconnect listeners of its old connection. */
const LONGER_THAN_CLIENTS_WAIT_MS = 5_001;

/** An app whose `disconnect` listener waits for `rest`. */
async function connectedTwice(rest: Promise<void>) {
  const io = new Server();
  const heard: string[] = [];
  const [begun, recovered] = [new Barrier(), new Barrier()];
  io.on("connection", (socket) => {
    heard.push(`connection ${socket.recovered}`);
    if (socket.recovered) recovered.open();
  });
  io.on("disconnect", async () => {
    heard.push("disconnect begins");
    begun.open();
    await rest;
    heard.push("disconnect ends");
  });
  const service = recoverable(io);
  const client = await new ReturningClient(service).connect();
  heard.length = 0;
  const back = client.connect();
  await begun.passed;
  await jest.advanceTimersByTimeAsync(LONGER_THAN_CLIENTS_WAIT_MS);
  await recovered.passed;
  return { service, client, heard, back };
}

describe("disconnect listeners of an old connection that take longer than its client waits", () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] }));
  afterEach(() => jest.useRealTimers());

  test("end within the CONNECT that runs them, once", async () => {
    const rest = new Barrier();
    const { service, client, heard, back } = await connectedTwice(rest.passed);
    const answered = back.then(() => heard.push("CONNECT ends"));
    await service.untilPosted(client.connection?.connectionId ?? "");
    // All that is left for CONNECT to do.
    await new Promise(setImmediate);
    rest.open();
    await answered;
    const all = ["disconnect begins", "connection true", "disconnect ends", "CONNECT ends"];
    expect(heard).toEqual(all);
    service.now += 120_000;
    await heartbeat({ ...service.services, runs: service.stores.runs });
    await service.settle();
    expect(heard).toEqual(all);
  });

  test("are waited for as long as the packet has time", async () => {
    const { client, heard, back } = await connectedTwice(new Promise(() => {}));
    await jest.advanceTimersByTimeAsync(25_000);
    await back;
    expect(client.recovered).toBe(true);
    expect(heard).toEqual(["disconnect begins", "connection true"]);
  });
});
