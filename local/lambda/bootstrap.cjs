"use strict";
// One Lambda execution environment: plain JavaScript, because a function runs under plain Node as it does in
// Lambda. Events and answers travel over file descriptor 3, each a four-byte length and JSON. Between an
// answer and the next event the process waits in a *blocking* read: nothing runs, as in a frozen environment.

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const CHANNEL = 3;
const HEADER_BYTES = 4;

/** The invocation that runs now; undefined while the module loads. */
let running;

// Nobody reads what is written: local AWS is gone. User code that logs stray errors would log this one, too, and so on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(0));

// Registered before the user's module is loaded, as Lambda's runtime does: user code may replace them.
process.on("uncaughtException", (error) => die(129, "Uncaught Exception", error));
process.on("unhandledRejection", (reason) => {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  die(128, "Unhandled Promise Rejection", {
    name: "Runtime.UnhandledPromiseRejection",
    message: String(reason),
    stack: error.stack,
  });
});
// The event loop ran empty and the handler has not answered: Lambda's runtime answers null.
process.on("beforeExit", () => running?.answer({ type: "result", payload: "null" }));

load()
  .then((handler) => {
    send({ type: "ready" });
    waitForEvent(handler);
  })
  .catch((error) => {
    send({ type: "init-error", error: describe(error) });
    process.exit(1);
  });

async function load() {
  const [file, name] = splitHandler(process.env._HANDLER);
  const base = path.join(process.env.LAMBDA_TASK_ROOT, file);
  const isModule = !fs.existsSync(`${base}.js`) && fs.existsSync(`${base}.mjs`);
  const loaded = isModule ? await import(pathToFileURL(`${base}.mjs`).href) : require(base);
  const handler = name.split(".").reduce((value, key) => value?.[key], loaded);
  if (typeof handler !== "function") throw new Error(`${process.env._HANDLER} is undefined or not exported`);
  return handler;
}

function splitHandler(handler) {
  const directory = path.dirname(handler);
  const [file, ...name] = path.basename(handler).split(".");
  return [path.join(directory, file), name.join(".")];
}

function waitForEvent(handler) {
  const event = receive();
  // After a freeze the event loop turns first: what was left over goes on before, or with, the next event.
  setImmediate(() => invoke(handler, event));
}

function invoke(handler, { payload, requestId, traceId, deadline, functionArn }) {
  process.env._X_AMZN_TRACE_ID = traceId;
  const invocation = {
    answer(message) {
      if (running !== invocation) return;
      running = undefined;
      send(message);
      waitForEvent(handler);
    },
  };
  running = invocation;
  const succeed = (value) => invocation.answer(serialize(value));
  const fail = (error) => invocation.answer({ type: "error", error: logged("Invoke Error", error) });
  const context = contextOf(requestId, deadline, functionArn);
  try {
    const result = handler(JSON.parse(payload), context, (error, value) =>
      error ? fail(error) : succeed(value),
    );
    if (typeof result?.then === "function") result.then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

function contextOf(awsRequestId, deadline, invokedFunctionArn) {
  return {
    awsRequestId,
    invokedFunctionArn,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function serialize(value) {
  try {
    return { type: "result", payload: JSON.stringify(value === undefined ? null : value) };
  } catch (error) {
    return { type: "error", error: logged("Invoke Error", error) };
  }
}

function die(exitCode, label, error) {
  const described = logged(label, error);
  send({ type: running === undefined ? "init-error" : "fatal", error: described });
  process.exit(exitCode);
}

function logged(label, error) {
  const described = describe(error);
  console.error(label, JSON.stringify({ ...described, trace: undefined, stack: described.trace }));
  return described;
}

function describe(error) {
  if (error === null || typeof error !== "object")
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name ?? "Error",
    errorMessage: error.message ?? String(error),
    trace: String(error.stack ?? "").split("\n"),
  };
}

function receive() {
  const header = read(HEADER_BYTES);
  return JSON.parse(read(header.readUInt32BE(0)).toString("utf8"));
}

function read(bytes) {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = fs.readSync(CHANNEL, buffer, filled, bytes - filled, null);
    // The gateway is gone: there will be no more events.
    if (count === 0) process.exit(0);
    filled += count;
  }
  return buffer;
}

function send(message) {
  const body = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length, 0);
  const frame = Buffer.concat([header, body]);
  let written = 0;
  try {
    while (written < frame.length) written += fs.writeSync(CHANNEL, frame, written);
  } catch {
    // The gateway is gone: nobody waits for this. An error would want to be sent, too, and so on without end.
    process.exit(0);
  }
}
