import { AnswerParser } from "../../../lambdas/aws/http/answer-parser";

/** Ends heads as HTTP does. */
const http = (...lines: string[]) => `${lines.join("\r\n")}\r\n\r\n`;

const EMPTY = http("HTTP/1.1 200 OK", "Content-Length: 0", "Connection: keep-alive");

describe("the answers of a connection", () => {
  const complete: [string, string, { status: number; body: string; isLast: boolean }][] = [
    ["no body", EMPTY, { status: 200, body: "", isLast: false }],
    ["a status alone", "HTTP/1.1 204\r\n\r\n", { status: 204, body: "", isLast: false }],
    [
      "a body as long as announced",
      `${http("HTTP/1.1 403 Forbidden", "content-length:  5 ")}caf\xc3\xa9`,
      { status: 403, body: "café", isLast: false },
    ],
    [
      "chunks, with an extension and a trailer",
      `${http("HTTP/1.1 202 Accepted", "TRANSFER-ENCODING: chunked")}3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n`,
      { status: 202, body: "abc0123456789", isLast: false },
    ],
    [
      "chunks, no trailer, and a length that does not count",
      `${http("HTTP/1.1 200 OK", "content-length: 99", "transfer-encoding: gzip, chunked")}0\r\n\r\n`,
      { status: 200, body: "", isLast: false },
    ],
    [
      "a connection that ends",
      http("HTTP/1.1 200 OK", "content-length: 0", "Connection: Close"),
      { status: 200, body: "", isLast: true },
    ],
    ["HTTP/1.0", http("HTTP/1.0 200 OK", "content-length: 0"), { status: 200, body: "", isLast: true }],
    ["more than was asked for", `${EMPTY}HTTP/1.1 408`, { status: 200, body: "", isLast: true }],
    [
      "no body, whatever is announced",
      http("HTTP/1.1 304 Not Modified", "content-length: 9"),
      { status: 304, body: "", isLast: false },
    ],
    [
      "interim answers before it",
      `${http("HTTP/1.1 100 Continue")}${http("HTTP/1.1 103 Early Hints", "link: x")}${EMPTY}`,
      { status: 200, body: "", isLast: false },
    ],
    [
      "a field whose name ends like one that counts",
      http("HTTP/1.1 200 OK", "x-content-length: 7", "content-length: 0"),
      { status: 200, body: "", isLast: false },
    ],
  ];

  test.each(complete)("with %s", (_name, bytes, answer) => {
    expect(new AnswerParser().read(bytes)).toEqual(answer);
  });

  test.each(complete.filter(([, , { isLast }]) => !isLast))(
    "in single bytes, with %s, and then another",
    (_name, bytes, answer) => {
      const parser = new AnswerParser();
      const read = [...bytes].map((byte) => parser.read(byte));
      expect(read.at(-1)).toEqual(answer);
      expect(read.slice(0, -1).every((one) => one === undefined)).toBe(true);
      expect(parser.read(EMPTY)?.status).toBe(200);
    },
  );

  test("a body without a length ends with the connection", () => {
    const parser = new AnswerParser();
    expect(parser.read(`${http("HTTP/1.1 500 Oops", "server: x")}it `)).toBeUndefined();
    expect(parser.read("broke")).toBeUndefined();
    expect(parser.end()).toEqual({ status: 500, body: "it broke", isLast: true });
  });

  test.each([
    ["nothing", ""],
    ["half a head", "HTTP/1.1 200 OK\r\n"],
    ["half a body", `${http("HTTP/1.1 200 OK", "content-length: 4")}abc`],
    ["a chunk that is not there", `${http("HTTP/1.1 200 OK", "transfer-encoding: chunked")}5\r\nabc`],
    ["chunks without an end", `${http("HTTP/1.1 200 OK", "transfer-encoding: chunked")}1\r\na\r\n0\r\n`],
  ])("%s is no answer, also when the connection ends", (_name, bytes) => {
    const parser = new AnswerParser();
    expect(parser.read(bytes)).toBeUndefined();
    expect(parser.end()).toBeUndefined();
  });

  test.each([
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a status that is none", http("HTTP/1.1 2000 OK")],
    ["HTTP/2", http("HTTP/2 200")],
    ["two lengths", http("HTTP/1.1 200 OK", "content-length: 1", "content-length: 2")],
    ["a negative length", http("HTTP/1.1 200 OK", "content-length: -1")],
    ["a chunk without a size", `${http("HTTP/1.1 200 OK", "transfer-encoding: chunked")}\r\n`],
    ["a chunk of nonsense", `${http("HTTP/1.1 200 OK", "transfer-encoding: chunked")}xyz\r\n`],
  ])("%s is refused", (_name, bytes) => {
    expect(() => new AnswerParser().read(bytes)).toThrow();
  });
});
