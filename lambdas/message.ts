import app from "#app";
import { messageRequestOf, type WebSocketEvent } from "./aws/api-gateway-events";
import { KeepAlive } from "./aws/keep-alive";
import { consoleLog } from "./aws/log";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { message } from "./core/message";
import { registryOf } from "./core/namespace";

surviveStrayErrors();
const keepAlive = new KeepAlive();
const services = appServices(registryOf(app), keepAlive);

/** Never throws: API Gateway would send the client a frame of its own, which no Socket.IO client survives. */
export async function handler(event: WebSocketEvent) {
  try {
    await keepAlive.during(() => message(services, messageRequestOf(event)));
  } catch (error) {
    consoleLog.error("a message failed", { connectionId: event.requestContext.connectionId, error });
  }
  return { statusCode: 200 };
}
