import { App, Duration } from "aws-cdk-lib";
import { type MessageOrder, type RoomcastProps, RoomcastStack } from "../lib";

const app = new App();

new RoomcastStack(app, "Roomcast", {
  description: "Socket.IO without servers",
  roomcast: settings(),
});

/**
 * `cdk deploy -c allowedOrigins=https://a.example,https://b.example -c app=… -c stageName=… -c jwksUrl=…
 * -c limits=… -c order=… -c pingInterval=… -c pingTimeout=… -c connectTimeout=… -c recoveryWindow=… -c maxPayload=…`, in
 * seconds and bytes.
 */
function settings(): RoomcastProps {
  const jwksUrl = context("jwksUrl");
  return {
    app: context("app"),
    stageName: context("stageName"),
    allowedOrigins: context("allowedOrigins")?.split(","),
    jwt: jwksUrl === undefined ? undefined : { jwksUrl },
    order: order(),
    limits: limits(),
    pingInterval: duration("pingInterval"),
    pingTimeout: duration("pingTimeout"),
    connectTimeout: duration("connectTimeout"),
    recoveryWindow: duration("recoveryWindow"),
    maxPayloadBytes: number("maxPayload"),
  };
}

/** `off`, or those that are not to be the default: `messagesPerSecond=20,socketsPerUser=off`. */
function limits(): RoomcastProps["limits"] {
  const text = context("limits");
  if (text === undefined) return undefined;
  if (text === "off") return false;
  const pairs = text.split(",").map((pair) => pair.split("="));
  // The construct refuses what is no limit.
  return Object.fromEntries(pairs.map(([name, value]) => [name, value === "off" ? false : Number(value)]));
}

function order(): MessageOrder | undefined {
  // The construct refuses what is none.
  return context("order") as MessageOrder | undefined;
}

function duration(key: string): Duration | undefined {
  const seconds = number(key);
  return seconds === undefined ? undefined : Duration.millis(Math.round(seconds * 1_000));
}

function number(key: string): number | undefined {
  const text = context(key);
  if (text === undefined || /^\d+(\.\d+)?$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Error(`Context ${key} must be a number, got ${JSON.stringify(text)}`);
}

function context(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  if (value === undefined || typeof value === "string") return value;
  throw new Error(`Context ${key} must be a string, got ${JSON.stringify(value)}`);
}
