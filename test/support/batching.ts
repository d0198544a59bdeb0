import { Server } from "../../lambdas/core";
import { messageBatch } from "../../lambdas/core/messages/message-batch";
import type { MessageQueue, QueuedMessage } from "../../lambdas/core/messages/queued-message";
import type { Settings } from "../../lambdas/core/settings";
import { type Client, CoreService } from "./core-service";

/** Of the function. */
export const TIMEOUT_MS = 60_000;
const VISIBILITY_SECONDS = 90;

interface Listening {
  readonly heard: unknown[];
  /** Listeners of "wait" end with it. */
  release(): void;
}

function listening(): { io: Server } & Listening {
  const io = new Server();
  const heard: unknown[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  io.on("say", (_socket, value) => heard.push(value));
  io.on("wait", async (_socket, value) => {
    await released;
    heard.push(value);
  });
  return { io, heard, release: () => release() };
}

export type Batching = Awaited<ReturnType<typeof batching>>;

/** A service, what its queue was told, and a way to have messages handled in a batch. */
export async function batching(settings: Partial<Settings> = {}) {
  const { io, heard, release } = listening();
  const service = new CoreService(io, settings);
  const told: string[] = [];
  let onTold = () => {};
  const tell = (what: string, messages: readonly QueuedMessage[]) => {
    told.push(`${what} ${messages.map(({ id }) => id)}`);
    onTold();
  };
  const queue: MessageQueue = {
    remove: async (messages) => tell("remove", messages),
    comeAgain: async (messages, seconds) => tell(`in ${seconds} s`, messages),
    bury: async (message) => tell("bury", [message]),
  };
  const run = (messages: readonly QueuedMessage[], endsAt = service.now + TIMEOUT_MS) =>
    messageBatch(batchServices(service, queue, endsAt), messages);
  const untilTold = () =>
    new Promise<void>((resolve) => {
      onTold = resolve;
    });
  return { service, heard, told, queue, run, release, untilTold };
}

export function batchServices(
  { services, stores, now }: CoreService,
  queue: MessageQueue,
  endsAt = now + TIMEOUT_MS,
) {
  const { attempts } = stores;
  return { ...services, queue, attempts, visibilitySeconds: VISIBILITY_SECONDS, endsAt };
}

export const DEAF_QUEUE: MessageQueue = {
  remove: async () => {},
  comeAgain: async () => {},
  bury: async () => {},
};

let sequence = 0;
/** When a `CoreService` begins. */
const BEGUN_AT = Date.parse("2026-01-01T00:00:00Z");

export function queued({ connectionId }: Client, body: string, receiveCount = 1): QueuedMessage {
  sequence += 1;
  const id = `${connectionId}${body.replace(/\W/g, "")}`;
  const place = String(sequence).padStart(20, "0");
  const firstReceivedAt = Number.POSITIVE_INFINITY;
  return {
    connectionId,
    body,
    arrivedAt: BEGUN_AT,
    id,
    sequence: place,
    receipt: id,
    receiveCount,
    firstReceivedAt,
  };
}

/** As the queue hands it on once more. */
export const again = (message: QueuedMessage) => ({ ...message, receiveCount: message.receiveCount + 1 });

export const say = (client: Client, value: string, receiveCount?: number) =>
  queued(client, `42["say","${value}"]`, receiveCount);
export const wait = (client: Client, value: string) => queued(client, `42["wait","${value}"]`);

/** DynamoDB does not answer for one connection, so many times. */
export function failTimes({ services }: CoreService, { connectionId }: Client, times: number): void {
  const { load } = services.connections;
  let left = times;
  services.connections.load = (id) => {
    if (id !== connectionId || left === 0) return load.call(services.connections, id);
    left -= 1;
    return Promise.reject(new Error("the table is out of reach"));
  };
}
