import { App } from "aws-cdk-lib";
import { RoomcastStack } from "../lib";
import { settingsIn } from "./settings";

const app = new App();

new RoomcastStack(app, "Roomcast", {
  description: "Socket.IO without servers",
  roomcast: settingsIn((key) => app.node.tryGetContext(key)),
});
