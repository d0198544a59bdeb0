import { App } from "aws-cdk-lib";
import { type RoomcastProps, RoomcastStack } from "../lib";

const app = new App();

new RoomcastStack(app, "Roomcast", {
  description: "Socket.IO without servers",
  roomcast: settings(),
});

/** `cdk deploy -c allowedOrigins=https://a.example,https://b.example -c app=… -c stageName=… -c jwksUrl=…` */
function settings(): RoomcastProps {
  const jwksUrl = context("jwksUrl");
  return {
    app: context("app"),
    stageName: context("stageName"),
    allowedOrigins: context("allowedOrigins")?.split(","),
    jwt: jwksUrl === undefined ? undefined : { jwksUrl },
  };
}

function context(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  if (value === undefined || typeof value === "string") return value;
  throw new Error(`Context ${key} must be a string, got ${JSON.stringify(value)}`);
}
