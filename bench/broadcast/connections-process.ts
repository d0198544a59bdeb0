import { type AddressInfo, createServer, type Socket } from "node:net";
import { answerOf, endOfRequest } from "../connections-http";
import { Delay } from "./delay";
import { indexOf } from "./room";
import { type Fate, isTaken, Stage, type StageProps } from "./stage";

/**
 * `@connections` of one stage, in a process of its own, over plain HTTP. Answers as late as API Gateway does, and
 * speaks no more HTTP than its clients.
 *
 * Its parent sends how the stage behaves from now on, or `"report"`, and is answered `"ready"` or a `StageReport`.
 */
export type StageOrder = StageProps | "report";

/** How long an idle connection waits for its reset: posts that come meanwhile put it off. */
const LONGEST_IDLE_MS = 30;

let stage: Stage | undefined;
let answers = new Delay(0);

process.on("message", (order: StageOrder) => {
  if (order === "report") {
    process.send?.(stage?.report);
    return;
  }
  stage = new Stage(order, performance.now());
  answers = new Delay(order.postMs);
  process.send?.("ready");
});
process.on("disconnect", () => process.exit());

const server = createServer({ noDelay: true }, serve);
server.listen(0, "127.0.0.1", () => {
  // A listening TCP server has an AddressInfo.
  process.send?.((server.address() as AddressInfo).port);
});

function serve(socket: Socket): void {
  let unread = "";
  let reset: NodeJS.Timeout | undefined;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(reset));
  socket.on("data", (bytes: Buffer) => {
    clearTimeout(reset);
    unread += bytes.toString("latin1");
    for (let end = endOfRequest(unread); end <= unread.length; end = endOfRequest(unread)) {
      const request = unread.slice(0, end);
      unread = unread.slice(end);
      take(request, (fate) => {
        if (answer(socket, fate))
          reset = setTimeout(() => socket.resetAndDestroy(), LONGEST_IDLE_MS * Math.random());
      });
    }
  });
}

function take(request: string, settle: (fate: Fate) => void): void {
  const at = stage;
  if (!at) throw new Error("expected to be told how to behave before the first post");
  const fate = at.post(connectionOf(request), performance.now());
  answers.push(() => {
    if (isTaken(fate)) at.lastAnsweredAt = Date.now();
    settle(fate);
  });
}

/** Whether the TCP connection is to be reset when it is idle. */
function answer(socket: Socket, fate: Fate): boolean {
  if (fate === "reset before" || fate === "reset after") socket.resetAndDestroy();
  else socket.write(ANSWERS[fate]);
  return fate === "taken, then reset idle";
}

const ANSWERS = {
  taken: answerOf("200 OK"),
  "taken, then reset idle": answerOf("200 OK"),
  refused: answerOf("429 Too Many Requests", '{"message":"Too Many Requests"}'),
  gone: answerOf("410 Gone"),
};

const PATH = "/@connections/";

function connectionOf(request: string): number {
  const begin = request.indexOf(PATH) + PATH.length;
  return indexOf(request.slice(begin, request.indexOf(" ", begin)));
}
