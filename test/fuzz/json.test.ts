import { CoreService } from "../support/core-service";
import { ANSWERED, Bystanders, tableOf } from "./bystanders";
import app from "./conformance-app";
import { converse } from "./conversation";
import { corePeer } from "./core-peer";
import { randomJsonFrame } from "./json-frames";
import { Random, SEED } from "./random-frames";
import { fuzzTokens } from "./tokens";

const FRAMES = 2_500;
const MAX_FRAMES = 25;

test(`${FRAMES} random frames close no plain JSON client, disturb nobody and leave nothing`, async () => {
  const service = new CoreService(app);
  const [secret = ""] = await service.services.secrets.current();
  const tokens = await fuzzTokens(secret);
  const random = new Random(SEED);
  const bystanders = await Bystanders.join(service, tokens.good);
  const before = tableOf(service);
  const kinds = new Set<string>();
  for (let sent = 0; sent < FRAMES; ) {
    // `/private` connects nobody without a good token.
    const authenticated = { namespace: "/private", token: tokens.good };
    const query = random.pick([authenticated, { namespace: "/private" }, { namespace: "/" }]);
    const peer = await corePeer(service, query);
    const length = 1 + random.below(Math.min(MAX_FRAMES, FRAMES - sent));
    const frames = Array.from({ length }, () => randomJsonFrame(tokens, random));
    const turns = await converse(peer, [...frames, '{"ping":"still there?"}']);
    const wrong = turns.find(
      ({ isOpen, answers }) => !isOpen || answers.length > 2 || !answers.every(isFrame),
    );
    expect({ seed: SEED, wrong, frames: wrong && frames }).toEqual({ seed: SEED });
    expect({ frames, answers: turns.at(-1)?.answers }).toEqual({ frames, answers: ['{"pong":true}'] });
    for (const answer of turns.flatMap(({ answers }) => answers)) kinds.add(kindOf(answer));
    sent += length;
  }
  expect([...kinds].sort()).toEqual(KINDS);
  expect(bystanders.take()).toEqual([]);
  expect(tableOf(service)).toEqual(before);
  expect(await bystanders.ask()).toEqual(ANSWERED);
  await bystanders.leave();
  expect(service.stores.isEmpty()).toBe(true);
  expect(service.errors()).toEqual([]);
});

/** What the frames reach: all that a client can be answered. */
const KINDS = [
  "ack",
  "connected",
  "event",
  "invalid_frame",
  "not_connected",
  "pong",
  "reserved_event",
  "token_expired",
  "unauthorized",
  "unknown_event",
];

function kindOf(answer: string): string {
  const frame: Record<string, unknown> = JSON.parse(answer);
  const [key = ""] = Object.keys(frame).filter((name) => name !== "id");
  const { error } = frame;
  return typeof error === "object" && error && "code" in error ? String(error.code) : key;
}

function isFrame(answer: string): boolean {
  const frame: unknown = JSON.parse(answer);
  return typeof frame === "object" && frame !== null && !Array.isArray(frame);
}
