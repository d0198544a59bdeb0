/** As much of HTTP as clients of `@connections` speak: a stub of it should never be what is measured. */

/** Where the first of the requests ends, infinitely far where its head is not complete. The body may be to come. */
export function endOfRequest(bytes: string): number {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return Number.POSITIVE_INFINITY;
  return head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(bytes)?.[1]);
}

/** With the headers of API Gateway. */
export function answerOf(status: string, body = ""): Buffer {
  const lines = [
    `HTTP/1.1 ${status}`,
    "Date: Mon, 23 Nov 2026 13:00:00 GMT",
    `Content-Length: ${body.length}`,
    "Connection: keep-alive",
    "x-amzn-RequestId: 6c1b6a9e-8f33-4f3a-9d0c-0b1b2b3b4b5b",
    "x-amz-apigw-id: AbCdEfGhIAMFzzQ=",
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
