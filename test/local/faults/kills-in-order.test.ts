import { io as connect, type Socket } from "socket.io-client";
import { type LocalAws, startLocalAws } from "../../support/local-aws";

/** What a killed Lambda leaves behind comes again after 90 s, here after less than one. */
const VISIBILITY_SECOND_MS = 10;

/** More than a batch of two messages takes, each time that it is handled. */
const MOST_CALLS = 30;

let local: LocalAws;
let socket: Socket;
const heard: string[] = [];

beforeAll(async () => {
  const context = { app: "test/service/fixtures/order-app.ts", order: "per-connection", recoveryWindow: "0" };
  local = await startLocalAws({ context, limits: { visibilitySecondMs: VISIBILITY_SECOND_MS } });
  socket = connect(local.ioUrl, { transports: ["websocket"], reconnection: false });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
});

afterAll(async () => {
  socket?.close();
  await local?.stop();
});

/** Sends two messages and resolves when the second was handled. */
function sendTwo(round: number): Promise<void> {
  const handled = new Promise<void>((resolve) => {
    socket.on("handled", function listener(value: string) {
      heard.push(value);
      if (value !== `${round} two`) return;
      socket.off("handled", listener);
      resolve();
    });
  });
  socket.emit("number", `${round} one`);
  socket.emit("number", `${round} two`);
  return handled;
}

const nextDies = (call: number): Promise<void> =>
  local.aws.faults.next("lambda.kill", { function: "message", call });

/** Kills the message function at its first call, and the one that gets its messages then at that call. */
async function diesAgain(call: number): Promise<boolean> {
  let isKilled = false;
  void nextDies(1);
  void nextDies(call).then(() => {
    isKilled = true;
  });
  await sendTwo(call);
  local.aws.faults.plan({});
  return isKilled;
}

it("a message function that dies twice, at whichever call, loses no message, swaps none and cuts nobody", async () => {
  let calls = 0;
  while (calls < MOST_CALLS && (await diesAgain(calls + 1))) calls += 1;
  // Of what comes again it prolongs, reads, notes, loads, posts and removes; then it loads and posts what is new.
  expect(calls).toBeGreaterThanOrEqual(8);
  expect(calls).toBeLessThan(MOST_CALLS);
  const rounds = Array.from({ length: calls + 1 }, (_, index) => index + 1);
  expect([...new Set(heard)]).toEqual(rounds.flatMap((round) => [`${round} one`, `${round} two`]));
  expect(socket.connected).toBe(true);
  const logged = local.functionLogs.map(({ text }) => text).join();
  expect(logged).not.toContain("given up");
}, 180_000);
