import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

/** What is heard of a client in a window of 10 s. */
const MOST = 1_000;
const WINDOW_MS = 10_000;

const header = (name: string) => `451-["chunk","${name}",{"_placeholder":true,"num":0}]`;
const attachment = (name: string) => `b${Buffer.from(name).toString("base64")}`;

/** A client at the beginning of a window, which has sent so many messages in it. */
async function after(count: number) {
  const heard: string[] = [];
  const io = new Server();
  io.on("chunk", (_socket, name, data) => heard.push(`${name} <${data}>`));
  const service = new CoreService(io, { limits: { messagesPerSecond: MOST / 10 } });
  service.now -= service.now % WINDOW_MS;
  const client = await service.socketIo();
  const start = service.now - (service.now % WINDOW_MS);
  // The CONNECT was the first.
  for (let sent = 1; sent < count; sent += 1) await client.send('42["hear"]', start + 1);
  return { heard, service, client, start };
}

test("[L1] a binary event beyond the rate is dropped, and its attachment is no other's", async () => {
  const { heard, service, client, start } = await after(MOST - 1);
  await client.send(header("refused"), start + 1_000);
  await client.send(attachment("refused"), start + 1_001);
  await client.send(header("heard"), start + WINDOW_MS - 1);
  await client.send(attachment("heard"), start + WINDOW_MS);
  expect(heard).toEqual(["heard <heard>"]);
  expect([service.log, service.cut]).toEqual([[], []]);
});

test("[L1] of a binary event that was dropped nothing waits for a part that does not come", async () => {
  const { service, client, start } = await after(MOST - 1);
  await client.send(header("refused"), start + 1_000);
  await client.send(attachment("refused"), start + 1_001);
  await client.send(header("later"), start + 60_000);
  expect([service.log, service.cut]).toEqual([[], []]);
});
