import app from "#app";
import { upgradeRequestOf, type WebSocketEvent } from "./aws/api-gateway-events";
import { KeepAlive } from "./aws/keep-alive";
import { consoleLog } from "./aws/log";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { registryOf } from "./core/api/namespace";
import { upgrade } from "./core/connections/upgrade";

surviveStrayErrors();
const keepAlive = new KeepAlive();
const services = appServices(registryOf(app), keepAlive);

export async function handler(event: WebSocketEvent) {
  try {
    const { status, subprotocol } = await keepAlive.during(() => upgrade(services, upgradeRequestOf(event)));
    const headers = subprotocol === undefined ? {} : { "Sec-WebSocket-Protocol": subprotocol };
    return { statusCode: status, headers };
  } catch (error) {
    consoleLog.error("$connect failed", { connectionId: event.requestContext.connectionId, error });
    return { statusCode: 500 };
  }
}
