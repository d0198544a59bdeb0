import app from "#app";
import { messageRequestOf, type WebSocketEvent } from "./aws/api-gateway-events";
import { KeepAlive } from "./aws/keep-alive";
import { consoleLog } from "./aws/log";
import { appServices, batchServices } from "./aws/services";
import { batchResponseOf, isQueueEvent, type QueueEvent, queuedMessagesOf } from "./aws/sqs-events";
import { surviveStrayErrors } from "./aws/stray-errors";
import { registryOf } from "./core/api/namespace";
import { message } from "./core/messages/message";
import { messageBatch } from "./core/messages/message-batch";

surviveStrayErrors();
const keepAlive = new KeepAlive();
const services = appServices(registryOf(app), keepAlive);
const servicesUntil = batchServices(services, keepAlive);

/** Invoked by API Gateway or, with order per connection, with batches from the queue that it sends to. */
export function handler(event: WebSocketEvent | QueueEvent, context: LambdaContext) {
  return isQueueEvent(event) ? handleBatch(event, context) : handleMessage(event);
}

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Never throws: API Gateway would send the client a frame of its own, which no Socket.IO client survives. */
async function handleMessage(event: WebSocketEvent) {
  try {
    await keepAlive.during(() => message(services, messageRequestOf(event)));
  } catch (error) {
    consoleLog.error("a message failed", { connectionId: event.requestContext.connectionId, error });
  }
  return { statusCode: 200 };
}

async function handleBatch(event: QueueEvent, context: LambdaContext) {
  const batch = servicesUntil(Date.now() + context.getRemainingTimeInMillis());
  return batchResponseOf(await keepAlive.during(() => messageBatch(batch, queuedMessagesOf(event))));
}
