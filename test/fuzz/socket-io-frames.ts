import { type Random, randomFrame, randomJson } from "./random-frames";
import type { FuzzTokens } from "./tokens";

const MAX_STEPS = 12;

/** How a client begins before it misbehaves: as nobody, or in some namespaces. */
function beginnings({ good }: FuzzTokens): readonly (readonly string[])[] {
  return [[], ["40"], ["40", "40/custom,"], [`40/private,{"token":"${good}"}`], ["40", "41"]];
}

function seedsOf({ good, expired, foreign }: FuzzTokens): readonly string[] {
  return [
    "40",
    '40{"a":[1,{"__proto__":{"b":2}}]}',
    "40/custom",
    '40/custom,{"token":"x"}',
    `40/private,{"token":"${good}"}`,
    `40/private,{"token":"${expired}"}`,
    `40/private,{"token":"${foreign}"}`,
    "40/nowhere,",
    "41",
    "41/custom,",
    '42["message",{"text":"hi","to":["a","b"]}]',
    '42["message",1,-0.5,null,true,"é✓\ud83d\ude00"]',
    '421["message-with-ack","a",[]]',
    '42/private,12["message-with-ack",1]',
    '42/custom,["message"]',
    '42["__proto__",{"__proto__":{"a":1}}]',
    "437[1,2]",
    "43/private,0[]",
    '44{"message":"x"}',
    '451-["message",{"_placeholder":true,"num":0}]',
    '452-3["message-with-ack",[{"_placeholder":true,"num":1}],{"_placeholder":true,"num":0}]',
    "461-1[]",
    "baGk=",
    "baGk=",
    "b",
    "2",
    "2probe",
    "3",
    "5",
    "6",
    `42["message",${"[".repeat(300)}${"]".repeat(300)}]`,
  ];
}

export interface RandomConversation {
  readonly beginning: readonly string[];
  readonly frames: readonly string[];
}

/** Only some frames are at fault, or the first would end most conversations. */
export function randomConversation(tokens: FuzzTokens, random: Random): RandomConversation {
  const seeds = seedsOf(tokens);
  const steps = Array.from({ length: 1 + random.below(MAX_STEPS) }, () => {
    if (random.below(8) === 0) return randomBinaryEvent(random);
    if (random.below(2) === 0) return [randomEvent(random)];
    return [random.below(3) === 0 ? random.pick(seeds) : randomFrame(seeds, random)];
  });
  return { beginning: random.pick(beginnings(tokens)), frames: steps.flat() };
}

function randomEvent(random: Random): string {
  const name = random.pick(["message", "message", "message-with-ack", "unheard"]);
  const args = Array.from({ length: random.below(4) }, () => randomJson(random));
  return `42${randomId(random)}[${[JSON.stringify(name), ...args].join(",")}]`;
}

/** A header, and mostly as many attachments as it announces. */
function randomBinaryEvent(random: Random): readonly string[] {
  const announced = 1 + random.below(3);
  const placeholders = Array.from({ length: announced }, (_, num) => `{"_placeholder":true,"num":${num}}`);
  const header = `45${announced}-${randomId(random)}["message-with-ack",${placeholders.reverse().join(",")}]`;
  const following = random.below(8) === 0 ? random.below(4) : announced;
  return [header, ...Array.from({ length: following }, () => randomAttachment(random))];
}

function randomAttachment(random: Random): string {
  const bytes = Array.from({ length: random.below(5) }, () => random.below(256));
  return `b${Buffer.from(bytes).toString("base64")}`;
}

function randomId(random: Random): string {
  return random.below(2) === 0 ? "" : String(random.below(2 ** 31));
}
