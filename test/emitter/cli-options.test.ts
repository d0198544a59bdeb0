import { parseOptions } from "../../emitter/cli-options";

const LOCAL = "http://localhost:4000";

it("leaves out of the push what was not chosen", () => {
  const options = parseOptions(["--event", "hello"], {});
  expect(JSON.parse(JSON.stringify(options))).toEqual({ input: { event: "hello", args: [] } });
});

it.each([
  [["--join", "b", "--join", "c"], { join: ["b", "c"] }],
  [["--leave", "b"], { leave: ["b"] }],
  [["--disconnect"], { disconnect: true }],
  [["--disconnect", "--close"], { disconnect: "close" }],
])("reads %j", (args, action) => {
  const options = parseOptions(["--user", "alice", ...args], {});
  expect(JSON.parse(JSON.stringify(options))).toEqual({ input: { users: ["alice"], ...action } });
});

it.each([
  ["neither", [], {}, undefined],
  ["the option", ["--endpoint", LOCAL], { AWS_ENDPOINT_URL: "http://other" }, LOCAL],
  ["AWS_ENDPOINT_URL", [], { AWS_ENDPOINT_URL: LOCAL }, LOCAL],
  [
    "Lambda's own variable before the one for all services",
    [],
    { AWS_ENDPOINT_URL_LAMBDA: LOCAL, AWS_ENDPOINT_URL: "http://other" },
    LOCAL,
  ],
  [
    "neither, the variables being empty",
    [],
    { AWS_ENDPOINT_URL_LAMBDA: "", AWS_ENDPOINT_URL: "" },
    undefined,
  ],
])("takes the endpoint from %s", (_, args, env, endpoint) => {
  expect(parseOptions(["--event", "hello", ...args], env)).toMatchObject({ endpoint });
});

it.each([
  [["--room", "a"], "expected one of --event, --join, --leave and --disconnect (--help shows all options)"],
  [
    ["--event", "hello", "--join", "a"],
    "expected one of --event, --join, --leave and --disconnect (--help shows all options)",
  ],
  [["--join", "a", "--data", "1"], "--data: expected --event beside it"],
  [["--join", "a", "--close"], "--close: expected --disconnect beside it"],
  [["--event", "hello", "--rom", "a"], "Unknown option '--rom'"],
  [["--event", "hello", "stray"], "Unexpected argument 'stray'"],
  [
    ["--event", "hello", "--endpoint", "localhost:3000"],
    "--endpoint: expected a URL such as http://localhost:3000, got localhost:3000",
  ],
  [
    ["--event", "hello", "--data", "shipped"],
    `--data: expected JSON, got shipped (text needs JSON's own quotes: --data '"text"')`,
  ],
  [["--event", "hello", "--data", ""], "--data: expected JSON, got "],
])("refuses %j", (args, message) => {
  expect(() => parseOptions(args, {})).toThrow(message);
});
