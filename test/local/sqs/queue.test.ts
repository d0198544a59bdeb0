import { type Message, Queue } from "../../../local/sqs/queue";

const SETTINGS = {
  name: "messages.fifo",
  url: "http://localhost/messages.fifo",
  arn: "arn:aws:sqs:us-east-1:000000000000:messages.fifo",
  isFifo: true,
  visibilitySeconds: 30,
};

/** A queue, what left it for good, and a wait for when there is something to receive. */
function queueWith(
  more: { readonly redrive?: { readonly arn: string; readonly maxReceiveCount: number } } = {},
) {
  const dead: Message[] = [];
  const readiness = { onReady: () => {} };
  const queue = new Queue(
    { ...SETTINGS, ...more },
    { visibilitySecondMs: 1 },
    () => readiness.onReady(),
    (message) => dead.push(message),
  );
  const untilReady = () =>
    new Promise<void>((resolve) => {
      readiness.onReady = resolve;
    });
  const send = (groupId: string, ...bodies: string[]) =>
    bodies.map((body) => queue.send({ groupId, body, deduplicationId: body }));
  const receive = (max = 10, seconds = 3600) => queue.receive(max, seconds);
  return { queue, dead, untilReady, send, receive };
}

const bodies = (messages: readonly Message[]) => messages.map(({ body }) => body);

it("hands out a group's messages in their order, in batches, one batch at a time", () => {
  const { queue, send, receive } = queueWith();
  send("a", "1", "2", "3");
  const first = receive(2);
  expect(bodies(first)).toEqual(["1", "2"]);
  send("a", "4");
  expect(receive()).toEqual([]);
  queue.delete(first[0]?.handle ?? "");
  expect(receive()).toEqual([]);
  queue.delete(first[1]?.handle ?? "");
  expect(bodies(receive())).toEqual(["3", "4"]);
});

it("hands out other groups meanwhile", () => {
  const { send, receive } = queueWith();
  send("a", "1");
  receive();
  send("a", "2");
  send("b", "3");
  send("c", "4");
  expect(bodies(receive())).toEqual(["3", "4"]);
});

it("hands a message out again when its visibility timeout is over, before what follows it", async () => {
  const { send, receive, untilReady } = queueWith();
  send("a", "1", "2");
  expect(receive(1, 1)[0]?.count).toBe(1);
  await untilReady();
  const again = receive();
  expect(bodies(again)).toEqual(["1", "2"]);
  expect(again.map(({ count }) => count)).toEqual([2, 1]);
});

it("hands a message out when its receiver says so, and not while it still has another of the group", async () => {
  const { queue, send, receive, untilReady } = queueWith();
  send("a", "1", "2");
  const [one, two] = receive();
  expect(queue.changeVisibility(two?.handle ?? "", 0)).toBe(true);
  expect(receive()).toEqual([]);
  expect(queue.changeVisibility(one?.handle ?? "", 1)).toBe(true);
  await untilReady();
  expect(bodies(receive())).toEqual(["1", "2"]);
  expect(queue.changeVisibility(one?.handle ?? "", 1)).toBe(false);
});

it("takes a message once in five minutes, and numbers them in their order", () => {
  const { send, receive } = queueWith();
  const [one, again] = [send("a", "1")[0], send("a", "1")[0]];
  const [two] = send("a", "2");
  expect(again?.id).toBe(one?.id);
  expect(Number(two?.sequence.length)).toBe(20);
  expect((two?.sequence ?? "") > (one?.sequence ?? "")).toBe(true);
  expect(bodies(receive())).toEqual(["1", "2"]);
});

it("has a message that was received too often go to the dead-letter queue", () => {
  const { send, receive, queue, dead } = queueWith({ redrive: { arn: "arn:dead", maxReceiveCount: 2 } });
  send("a", "1", "2");
  for (const _attempt of [1, 2]) for (const { handle } of receive(1)) queue.changeVisibility(handle, 0);
  expect(bodies(receive())).toEqual(["2"]);
  expect(bodies(dead)).toEqual(["1"]);
});

it("counts what can be received and what is with receivers", () => {
  const { queue, send, receive } = queueWith();
  send("a", "1", "2");
  send("b", "3");
  receive(1);
  expect([queue.visible, queue.inFlight]).toEqual([1, 1]);
});

it("is as old as the oldest message that nobody has deleted", () => {
  jest.useFakeTimers({ doNotFake: ["setTimeout"] });
  const { queue, send, receive } = queueWith();
  expect(queue.ageMs).toBe(0);
  send("a", "1");
  jest.advanceTimersByTime(300);
  send("b", "2");
  jest.advanceTimersByTime(200);
  const [first] = receive(1);
  expect(queue.ageMs).toBe(500);
  queue.delete(first?.handle ?? "");
  expect(queue.ageMs).toBe(200);
  jest.useRealTimers();
});
