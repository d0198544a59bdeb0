import { createHash, createHmac } from "node:crypto";
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../../../lambdas/aws/signing/credentials";
import { escapeSegment } from "../../../lambdas/aws/signing/escape";
import { RequestSigner } from "../../../lambdas/aws/signing/request-signer";
import { parseRequest } from "./http-request";

const HOST = "abcdefghij.execute-api.eu-west-1.amazonaws.com";
const COMMON = {
  service: "execute-api",
  region: "eu-west-1",
  host: HOST,
  basePath: "/prod/@connections",
  bodyHeaders: { "content-type": "application/octet-stream" },
};

const LASTING: Credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" };
const TEMPORARY: Credentials = { ...LASTING, sessionToken: `IQoJb3JpZ2luX2VjE${"x+/=".repeat(200)}` };

const IDS = [
  "L0SM9cOFvHcCIhw=",
  ...Array.from({ length: 40 }, (_, n) => createHash("sha256").update(`${n}`).digest("base64").slice(0, 16)),
  "a!'(*)b~-_.",
  "é€😀 &?#%2F",
];
const SHORT_BODIES = ["", "2", '42["é€😀"]', '42["chat",{"text":"hello"}]', undefined];
const LONG_BODIES = ["x".repeat(128 * 1024), "é".repeat(64 * 1024)];
const TIMES = [
  "2026-11-23T13:05:10.999Z",
  "2026-11-23T23:59:59.999Z",
  "2026-11-24T00:00:00.000Z",
  "2026-11-23T23:59:59.000Z",
  "2028-02-29T12:00:00.000Z",
].map((text) => new Date(text));

class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as Buffer);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

/** What the SDK's signer makes of the same request. */
async function bySdk(
  props: { readonly region: string; readonly service: string },
  credentials: Credentials,
  request: ReturnType<typeof parseRequest>,
  body: string | undefined,
  at: Date,
) {
  const { authorization, "x-amz-date": _date, "x-amz-content-sha256": _hash, ...others } = request.headers;
  const { "x-amz-security-token": _token, ...headers } = others;
  const signer = new SignatureV4({ ...props, credentials, sha256: Sha256 });
  const { method, path } = request;
  return signer.sign(
    { method, protocol: "https:", hostname: HOST, path, query: {}, headers, body },
    { signingDate: at },
  );
}

describe("a request's headers are those of the SDK's signer for it, byte for byte", () => {
  const cases = [LASTING, TEMPORARY].flatMap((credentials) =>
    ["us-east-1", "eu-west-1"].map((region) => ({
      region,
      credentials,
      token: credentials.sessionToken ? "with" : "without",
    })),
  );

  test.each(cases)("in $region, $token a session token", async ({ region, credentials }) => {
    const props = { ...COMMON, region };
    const signer = new RequestSigner({ ...props, credentials: () => credentials });
    const check = async (id: string, body: string | undefined, at: Date) => {
      const path = `/${escapeSegment(id)}`;
      const request = parseRequest(signer.sign(body === undefined ? "DELETE" : "POST", path, body, +at).text);
      const expected = await bySdk(props, credentials, request, body, at);
      expect(request.headers).toEqual(expected.headers);
      expect(request).toMatchObject({
        path: `/prod/@connections${path}`,
        body: body ?? "",
        version: "HTTP/1.1",
      });
    };
    for (const at of TIMES) {
      for (const id of IDS) for (const body of SHORT_BODIES) await check(id, body, at);
    }
    for (const at of TIMES.slice(0, 2)) {
      for (const id of IDS.slice(-3)) for (const body of LONG_BODIES) await check(id, body, at);
    }
  });

  test("to Lambda too, whose paths go on after the name", async () => {
    const props = {
      ...COMMON,
      service: "lambda",
      basePath: "",
      bodyHeaders: { "x-amz-invocation-type": "Event" },
    };
    const signer = new RequestSigner({ ...props, credentials: () => TEMPORARY });
    const [at = new Date()] = TIMES;
    const path = `/2015-03-31/functions/${escapeSegment("stack:name$LATEST")}/invocations`;
    const request = parseRequest(signer.sign("POST", path, "{}", +at).text);
    const expected = await bySdk(props, TEMPORARY, request, "{}", at);
    expect(request.headers).toEqual(expected.headers);
    expect(request.headers).toMatchObject({ "x-amz-invocation-type": "Event", "content-length": "2" });
  });
});

describe("a request is the one that the SDK's client sends", () => {
  /** What the SDK says of itself, and what it signs because of that. */
  const OF_THE_SDK = /^(user-agent|x-amz-user-agent|amz-sdk-.*|authorization)$/;
  const [at = new Date()] = TIMES;

  test.each([
    ["POST", "an event", '42["é€😀"]'],
    ["POST", "nothing", ""],
    ["DELETE", "no body", undefined],
  ] as const)("%s with %s", async (method, _name, body) => {
    jest.useFakeTimers({ now: at, doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
    const sent: { method: string; path: string; headers: Record<string, string> }[] = [];
    const client = new ApiGatewayManagementApiClient({
      endpoint: `https://${HOST}/prod`,
      region: "eu-west-1",
      credentials: TEMPORARY,
      requestHandler: {
        handle: async (request: (typeof sent)[number]) => {
          sent.push(request);
          return { response: { statusCode: 200, headers: {} } };
        },
      },
    });
    const signer = new RequestSigner({ ...COMMON, credentials: () => TEMPORARY });
    for (const id of IDS) {
      const input = { ConnectionId: id };
      if (body === undefined) await client.send(new DeleteConnectionCommand(input));
      else await client.send(new PostToConnectionCommand({ ...input, Data: Buffer.from(body) }));
      const ours = parseRequest(signer.sign(method, `/${escapeSegment(id)}`, body, +at).text);
      const theirs = sent.at(-1);
      const headers = (of: Record<string, string> = {}) =>
        Object.fromEntries(Object.entries(of).filter(([name]) => !OF_THE_SDK.test(name)));
      expect([ours.method, ours.path, headers(ours.headers)]).toEqual([
        theirs?.method,
        theirs?.path,
        headers(theirs?.headers),
      ]);
    }
    jest.useRealTimers();
  });
});

describe("credentials", () => {
  const sign = (signer: RequestSigner, now: number) =>
    parseRequest(signer.sign("POST", "/a", "x", now).text).headers;

  test("are asked for once a second, and a change is signed with", () => {
    let credentials = LASTING;
    let asked = 0;
    const signer = new RequestSigner({
      ...COMMON,
      credentials: () => {
        asked += 1;
        return credentials;
      },
    });
    const before = sign(signer, 1_000);
    credentials = { ...TEMPORARY, secretAccessKey: "another" };
    expect(sign(signer, 1_999)).toEqual(before);
    expect(asked).toBe(1);
    const fresh = new RequestSigner({ ...COMMON, credentials: () => credentials });
    expect(sign(signer, 2_000)).toEqual(sign(fresh, 2_000));
    expect(sign(signer, 2_000)["x-amz-security-token"]).toBe(TEMPORARY.sessionToken);
  });

  test("that are missing are missed at each request", () => {
    const signer = new RequestSigner({
      ...COMMON,
      credentials: () => {
        throw new Error("none");
      },
    });
    for (const now of [1_000, 1_000]) expect(() => sign(signer, now)).toThrow("none");
  });
});
