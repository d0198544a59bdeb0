import { clientConfig, findPushFunction } from "../../emitter/local-aws";
import { LambdaStub } from "./lambda-stub";

const lambda = new LambdaStub();
let endpoint: string;

beforeAll(async () => {
  endpoint = await lambda.listen();
});

afterAll(() => lambda.close());

it("finds the push function, whatever path the endpoint has", async () => {
  await expect(findPushFunction(endpoint)).resolves.toBe("push");
  await expect(findPushFunction(`${endpoint}/`)).resolves.toBe("push");
});

it.each([
  ["nothing of it", {}],
  ["null", null],
  ["no name", { pushFunctionName: 1042 }],
])("takes a server that answers %s for another one", async (_, demoConfig) => {
  lambda.demoConfig = demoConfig;
  const refusal = `no local Roomcast answers at ${endpoint}: run npm start, or`;
  await expect(findPushFunction(endpoint)).rejects.toThrow(refusal);
});

it("leaves AWS to the SDK's own configuration", () => {
  expect(clientConfig(undefined)).toEqual({});
  expect(clientConfig("https://lambda.eu-west-1.amazonaws.com")).toEqual({
    endpoint: "https://lambda.eu-west-1.amazonaws.com",
  });
});

it("needs no AWS configuration for a local AWS, and shows it no real credentials", () => {
  expect(clientConfig("http://localhost:3000")).toEqual({
    endpoint: "http://localhost:3000",
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
});
