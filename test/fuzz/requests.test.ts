import { createStores } from "../../lambdas/aws/dynamodb/stores";
import { Server } from "../../lambdas/core";
import { intercept } from "../aws/dynamodb/interleavings";
import { type Client, CoreService } from "../support/core-service";
import { createTestTable, useDynalite } from "../support/dynamodb";

/** What an event that needs no room asks of DynamoDB before its listener runs. */
const ONE_QUERY = ["Query"];

const database = useDynalite();
let requests: string[];
let atListener: string[] | undefined;
let service: CoreService;

beforeEach(async () => {
  requests = [];
  atListener = undefined;
  service = new CoreService(appThatLooks());
  const tableName = await createTestTable(database.client);
  const counted = intercept(database.client, (send, commandName) => {
    requests.push(commandName.replace("Command", ""));
    return send();
  });
  const now = () => service.now;
  // The core on the real stores, and all else in memory.
  Object.assign(service.services, createStores({ client: counted, tableName, now, maxRoomsPerSocket: 100 }));
});

/** A user with data and a room, and middleware: none of it costs another request. */
function appThatLooks(): Server {
  const io = new Server();
  for (const nsp of [io, io.of("/custom")]) {
    nsp.use((socket, next) => {
      socket.userId = "alice";
      next();
    });
    nsp.usePacket((_socket, _packet, next) => next());
    nsp.on("connection", async (socket) => {
      socket.data.visits = 1;
      await socket.join("room");
    });
    nsp.on("look", (socket) => {
      atListener = [...requests];
      if (!socket.rooms.has("room") || socket.data.visits !== 1) throw new Error("expected what was stored");
    });
  }
  return io;
}

async function requestsBeforeListener(from: Client, frame: string): Promise<string[] | undefined> {
  requests.length = 0;
  await from.send(frame);
  expect(service.errors()).toEqual([]);
  return atListener;
}

describe("one DynamoDB request comes before the listener of", () => {
  test.each(['42["look"]', '427["look",{"a":1}]', '42/custom,["look"]'])("%p", async (frame) => {
    const socket = await service.socketIo();
    await socket.send("40/custom,");
    expect(await requestsBeforeListener(socket, frame)).toEqual(ONE_QUERY);
  });

  test.each(['{"event":"look"}', '{"event":"look","data":1,"id":1}'])("%p", async (frame) => {
    expect(await requestsBeforeListener(await service.connection(), frame)).toEqual(ONE_QUERY);
  });
});
