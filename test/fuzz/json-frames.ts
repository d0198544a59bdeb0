import { type Random, randomFrame, randomJson } from "./random-frames";
import type { FuzzTokens } from "./tokens";

function seedsOf({ good, expired, foreign }: FuzzTokens): readonly string[] {
  return [
    '{"event":"message","data":{"text":"hi"},"id":1}',
    '{"event":"message-with-ack","args":[1,{"base64":"aGk="}],"id":"x"}',
    '{"event":"__proto__","data":{"__proto__":{"event":1}}}',
    '{"event":"disconnect","id":"y"}',
    '{"ack":"q","data":null}',
    '{"ack":7,"args":[]}',
    '{"ping":1}',
    '{"pong":{}}',
    '{"auth":{"token":"t"}}',
    `{"auth":{"token":"${good}"}}`,
    `{"auth":{"token":"${expired}"}}`,
    `{"auth":{"token":"${foreign}"}}`,
    `{"event":"message","data":${"[".repeat(300)}${"]".repeat(300)}}`,
  ];
}

/** A half is mutated; a quarter each are seeds and events with random arguments. */
export function randomJsonFrame(tokens: FuzzTokens, random: Random): string {
  const seeds = seedsOf(tokens);
  const kind = random.below(4);
  if (kind === 0) return random.pick(seeds);
  if (kind > 1) return randomFrame(seeds, random);
  const event = random.pick(["message", "message-with-ack", "unheard"]);
  return `{"event":"${event}","args":[${randomJson(random)}],"id":${random.below(2 ** 31)}}`;
}
