import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { HELP } from "../../emitter/cli-options";
import { LambdaStub, PUSHED } from "./lambda-stub";

const ROOT = join(__dirname, "../..");
const lambda = new LambdaStub();
let endpoint: string;

beforeAll(async () => {
  endpoint = await lambda.listen();
});

afterAll(() => lambda.close());

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command on a machine that knows nothing of AWS but what `env` says. */
function push(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const bare = {
    PATH: process.env.PATH,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const command = [require.resolve("tsx/cli"), join(ROOT, "emitter/cli.ts"), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env: { ...bare, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const DONE = { code: 0, stdout: `${JSON.stringify(PUSHED)}\n`, stderr: "" };

function failure(line: string): Outcome {
  return { code: 1, stdout: "", stderr: `push: ${line}\n` };
}

it("pushes to a room of the local AWS, whose push function it finds by itself", async () => {
  const args = ["--room", "order:1042", "--event", "orderUpdate", "--data", '{"status":"shipped"}'];
  await expect(push([...args, "--endpoint", endpoint])).resolves.toEqual(DONE);
  expect(lambda.payloads()).toEqual([
    { rooms: ["order:1042"], event: "orderUpdate", args: [{ status: "shipped" }] },
  ]);
});

it("pushes to all that is chosen, by the name of the function and an endpoint of the environment", async () => {
  const sid = "@abcdefghij0123456789";
  const who = "--room a --room b --user alice --user bob --except c --except d --namespace /admin".split(" ");
  const what = ["--socket", sid, "--event", "hello", "--data", "1", "--data", '"two"'];
  const outcome = await push([...who, ...what, "--function", "push"], { AWS_ENDPOINT_URL: endpoint });
  expect(outcome).toEqual(DONE);
  expect(lambda.payloads()).toEqual([
    {
      namespace: "/admin",
      rooms: ["a", "b"],
      users: ["alice", "bob"],
      sockets: [sid],
      exceptRooms: ["c", "d"],
      event: "hello",
      args: [1, "two"],
    },
  ]);
});

it("reaches everyone when told so", async () => {
  const outcome = await push(["--everyone", "--event", "hello", "--endpoint", endpoint]);
  expect(outcome).toEqual(DONE);
  expect(lambda.payloads()).toEqual([{ everyone: true, event: "hello", args: [] }]);
});

it("reaches nobody when nobody is named", async () => {
  const outcome = await push(["--event", "hello", "--endpoint", endpoint]);
  expect(outcome).toEqual(failure("push: expected rooms, users, sockets or everyone, got none of them"));
  lambda.payloads();
});

it("says what the push function and the SDK refused", async () => {
  const args = ["--endpoint", endpoint, "--event", "hello", "--user", ""];
  const [refused, unknown] = await Promise.all([push(args), push([...args, "--function", "nowhere"])]);
  expect(refused).toEqual(failure('users.0: expected a user id of 1 to 500 bytes, got ""'));
  expect(unknown).toEqual(failure("Function not found: nowhere"));
  lambda.payloads();
});

it("says how to go on where no local AWS is", async () => {
  const nothing = await unusedEndpoint();
  const outcome = await push(["--room", "a", "--event", "hello", "--endpoint", nothing]);
  expect(outcome).toEqual(
    failure(
      `no local Roomcast answers at ${nothing}: run npm start, or name a deployed stack's push function with --function (its output PushFunctionName)`,
    ),
  );
});

it("says that a named function's endpoint does not answer", async () => {
  const args = [
    "--room",
    "a",
    "--event",
    "hello",
    "--function",
    "push",
    "--endpoint",
    await unusedEndpoint(),
  ];
  const { code, stderr } = await push(args);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^push: .*ECONNREFUSED.*\n$/)]);
});

it("goes to AWS with a function and no endpoint, configured as the SDK is", async () => {
  const outcome = await push(["--room", "a", "--event", "hello", "--function", "push"]);
  expect(outcome).toEqual(failure("Region is missing"));
});

it("refuses bad options in one line, and sends nothing", async () => {
  const outcome = await push(["--room", "a", "--endpoint", endpoint]);
  expect(outcome).toEqual(
    failure("expected one of --event, --join, --leave and --disconnect (--help shows all options)"),
  );
  expect(lambda.payloads()).toEqual([]);
});

it("explains itself", async () => {
  await expect(push(["--help"])).resolves.toEqual({ code: 0, stdout: `${HELP}\n`, stderr: "" });
});

async function unusedEndpoint(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address and a port; the string is for pipes.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
