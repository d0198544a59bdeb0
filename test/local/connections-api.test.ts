import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { writeAssembly } from "./fixtures/assembly";
import { Client } from "./fixtures/client";

const UNKNOWN_ID = "L0SM9cOFvHcCIhw=";

let local: LocalAws;
let management: ApiGatewayManagementApiClient;
let client: Client;
let ConnectionId: string;

beforeAll(async () => {
  local = await startLocalAws({ assemblyPath: writeAssembly() });
  const endpoint = local.webSocketUrl.replace("ws", "http");
  management = new ApiGatewayManagementApiClient({ ...local.sdkConfig, endpoint });
  client = await Client.open(local.webSocketUrl);
  const event = Object(await client.ask({ action: "event" }));
  ConnectionId = event.requestContext.connectionId;
});

afterAll(() => local?.stop());

const request = (method: string, id: string, headers: Record<string, string> = {}) =>
  fetch(`${local.url}/test/@connections/${encodeURIComponent(id)}`, { method, headers });

it("posts what arrives as a text frame", async () => {
  await management.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('"posted"') }));
  expect(await client.next()).toBe("posted");
});

it("tells of a connection", async () => {
  const connection = await management.send(new GetConnectionCommand({ ConnectionId }));
  expect(connection.ConnectedAt).toBeInstanceOf(Date);
  expect(connection.LastActiveAt).toBeInstanceOf(Date);
  expect(connection.Identity?.SourceIp).toBe("127.0.0.1");
});

it("refuses more than 128 KB with 413", async () => {
  const large = new PostToConnectionCommand({ ConnectionId, Data: Buffer.alloc(128 * 1024 + 1, "x") });
  await expect(management.send(large)).rejects.toMatchObject({
    name: "PayloadTooLargeException",
    $metadata: { httpStatusCode: 413 },
  });
});

it("answers 410 with an empty body for a connection that is not there", async () => {
  const command = new PostToConnectionCommand({ ConnectionId: UNKNOWN_ID, Data: "x" });
  await expect(management.send(command)).rejects.toMatchObject({ name: "GoneException" });
  const authorization =
    "AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/execute-api/aws4_request, Signature=0";
  const gone = await request("POST", UNKNOWN_ID, { authorization });
  expect([gone.status, await gone.text()]).toEqual([410, ""]);
});

it("answers 400 for what is no connection id", async () => {
  const command = new PostToConnectionCommand({ ConnectionId: "nonsense", Data: "x" });
  await expect(management.send(command)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
});

it("answers 403 to a request without a signature", async () => {
  const refusal = await request("POST", ConnectionId);
  expect([refusal.status, await refusal.json()]).toEqual([403, { message: "Missing Authentication Token" }]);
});

it("closes with DELETE, and answers 204", async () => {
  const answer = await management.send(new DeleteConnectionCommand({ ConnectionId }));
  expect(answer.$metadata.httpStatusCode).toBe(204);
  expect((await client.closed).code).toBe(1000);
  const { text } = await local.logged(new RegExp(`^disconnect event .*${ConnectionId}`));
  expect(text).toContain('"disconnectStatusCode":1000');
});
