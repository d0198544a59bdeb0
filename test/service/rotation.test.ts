import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { io, type Socket } from "socket.io-client";
import { outputNamed } from "../../local/demo-config";
import { signToken } from "../../local/tokens";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { next } from "../support/next-event";

jest.setTimeout(90_000);

let aws: LocalAws;
let secrets: SecretsManagerClient;
const clients: Socket[] = [];

beforeAll(async () => {
  aws = await startLocalAws({ context: { app: "test/service/fixtures/retries.ts" } });
  secrets = new SecretsManagerClient(aws.sdkConfig);
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

afterAll(async () => {
  secrets.destroy();
  await aws.stop();
});

function clientWith(token: string): Socket {
  const client = io(aws.ioUrl, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 10,
    auth: { token },
    retries: 1,
    ackTimeout: 5_000,
  });
  clients.push(client);
  return client;
}

const SecretId = () => outputNamed(aws.aws.deployed, /JwtSecretArn$/);

test("a rotation cuts nobody, and the new secret's tokens are good at once", async () => {
  const alice = clientWith(await aws.token({ sub: "alice" }));
  await next(alice, "connect");

  const SecretString = "the rotated secret, 64 characters it need not have";
  await secrets.send(new PutSecretValueCommand({ SecretId: SecretId(), SecretString }));

  // The environments know the old value, and keep it for five minutes.
  const bob = clientWith(await signToken(SecretString, { sub: "bob" }));
  await next(bob, "connect");
  expect(await alice.emitWithAck("note", "still here")).toBe(1);

  alice.io.engine?.close();
  await next(alice, "connect");
  expect(await alice.emitWithAck("note", "here again")).toBe(1);
});
