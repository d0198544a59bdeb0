import { createHash } from "node:crypto";
import { CLIENTS, isClientName } from "./clients";

/** What the parent asks for: so long, as fast as it goes. */
export interface Order {
  readonly seconds: number;
  readonly concurrency: number;
}

export interface Measured {
  readonly postsPerSecond: number;
  readonly cpuMicrosPerPost: number;
}

const WARM_UP_SECONDS = 0.3;

/** As long and as random as API Gateway's are. */
const IDS = Array.from({ length: 1_000 }, (_, n) => {
  const random = createHash("sha256").update(String(n)).digest("base64");
  return `${random.slice(0, 15)}=`;
});

/** An event of a chat. */
const FRAME =
  '42["chat:message",{"from":"alice","text":"Hello everybody, how are you today?","at":1764000000000}]';

const [name = "", url = ""] = process.argv.slice(2);
if (!isClientName(name)) throw new Error(`no client has the name ${name}`);
const post = CLIENTS[name](new URL(url));
process.on("message", (order: Order) => {
  warmUpAndMeasure(order).then((measured) => process.send?.(measured), fail);
});
process.on("disconnect", () => process.exit());

/** Connections are opened first, and code is compiled. */
async function warmUpAndMeasure(order: Order): Promise<Measured> {
  await measure({ ...order, seconds: WARM_UP_SECONDS });
  return measure(order);
}

async function measure({ seconds, concurrency }: Order): Promise<Measured> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let posts = 0;
  const lane = async () => {
    while (performance.now() < end) {
      posts += 1;
      await post(IDS[posts % IDS.length] ?? "", FRAME);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return {
    postsPerSecond: (posts * 1_000) / (performance.now() - begin),
    cpuMicrosPerPost: (user + system) / posts,
  };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
