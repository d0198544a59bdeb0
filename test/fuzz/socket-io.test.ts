import { CoreService } from "../support/core-service";
import { ANSWERED, Bystanders, tableOf } from "./bystanders";
import app from "./conformance-app";
import { converse, type Turn } from "./conversation";
import { corePeer } from "./core-peer";
import { EXCEPTIONS, exceptionFor } from "./exceptions";
import { Oracle } from "./oracle";
import { Random, SEED } from "./random-frames";
import { randomConversation } from "./socket-io-frames";
import { type FuzzTokens, fuzzTokens } from "./tokens";

const FRAMES = 7_500;
/** Conversations with the oracle that are on their way together. */
const CONCURRENCY = 25;
const SOCKET_IO = { EIO: "4", transport: "websocket", b64: "1" };

let service: CoreService;
let oracle: Oracle;
let tokens: FuzzTokens;

beforeAll(async () => {
  const [secret = ""] = await new CoreService(app).services.secrets.current();
  tokens = await fuzzTokens(secret);
  oracle = await Oracle.start(secret);
});

beforeEach(() => {
  service = new CoreService(app);
});

afterAll(() => oracle.stop());

interface Both {
  readonly roomcast: readonly Turn[];
  readonly socketIo: readonly Turn[];
}

/** Ours one after the other, so that they have the same times in every run. */
async function both(conversations: readonly (readonly string[])[]): Promise<readonly Both[]> {
  const theirs = Promise.all(conversations.map(async (frames) => converse(await oracle.connect(), frames)));
  const ours: (readonly Turn[])[] = [];
  for (const frames of conversations) {
    ours.push(await converse(await corePeer(service, SOCKET_IO), frames));
  }
  return (await theirs).map((socketIo, index) => ({ roomcast: ours[index] ?? [], socketIo }));
}

/** The first turn that the two took otherwise, unless an exception explains it. */
function differenceIn({ roomcast, socketIo }: Both): object | undefined {
  const at = roomcast.findIndex((turn, index) => !isSame(turn, socketIo[index]));
  const [ours, theirs] = [roomcast[at], socketIo[at]];
  if (!ours) return undefined;
  const earlier = roomcast.slice(0, at).map(({ frame }) => frame);
  const isOpen = { roomcast: ours.isOpen, socketIo: theirs?.isOpen ?? false };
  if (exceptionFor({ frame: ours.frame, earlier }, isOpen)) return undefined;
  return { seed: SEED, frames: [...earlier, ours.frame], roomcast: ours, socketIo: theirs };
}

function isSame(one: Turn, other: Turn | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test.each(EXCEPTIONS)("[$rule] $roomcast here and $socketIo in Socket.IO: $why", async (exception) => {
  const [conversation] = await both([exception.example]);
  expect(conversation?.roomcast.at(-1)?.isOpen).toBe(exception.roomcast === "open");
  expect(conversation?.socketIo.at(-1)?.isOpen).toBe(exception.socketIo === "open");
  const frame = exception.example.at(-1) ?? "";
  expect(exception.applies(frame, exception.example.slice(0, -1))).toBe(true);
});

test(`${FRAMES} random frames get Socket.IO's answers, disturb nobody and leave nothing`, async () => {
  const bystanders = await Bystanders.join(service, tokens.good);
  const before = tableOf(service);
  const random = new Random(SEED);
  const seen = { frames: 0, answers: 0, closed: 0, left: 0 };
  const differences: object[] = [];
  while (seen.frames < FRAMES) {
    const batch = Array.from({ length: CONCURRENCY }, () => randomConversation(tokens, random));
    const conversations = await both(batch.map(({ beginning, frames }) => [...beginning, ...frames]));
    differences.push(...conversations.map(differenceIn).filter((difference) => difference !== undefined));
    for (const [index, { roomcast }] of conversations.entries()) {
      // But for the greeting and the beginning.
      seen.frames += Math.max(0, roomcast.length - 1 - (batch[index]?.beginning.length ?? 0));
      seen.answers += roomcast.flatMap(({ answers }) => answers).length;
      seen[roomcast.at(-1)?.isOpen ? "left" : "closed"]++;
    }
  }
  // The frames reach both ends and most answers, or the comparison shows nothing.
  for (const count of [seen.closed, seen.left]) expect(count).toBeGreaterThan(FRAMES / 100);
  expect(seen.answers).toBeGreaterThan(FRAMES / 2);
  expect(differences).toEqual([]);
  expect(bystanders.take()).toEqual([]);
  expect(tableOf(service)).toEqual(before);
  expect(await bystanders.ask()).toEqual(ANSWERED);
  await bystanders.leave();
  expect(service.stores.isEmpty()).toBe(true);
  expect(service.errors()).toEqual([]);
}, 120_000);
