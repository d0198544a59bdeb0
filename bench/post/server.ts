import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";

/**
 * Answers each post at once, as API Gateway answers one that it took: no more HTTP than these clients speak,
 * so that the server is never what is measured. A process of its own; its parent is told the port.
 */
const ANSWER = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "Date: Mon, 23 Nov 2026 13:00:00 GMT",
    "Content-Length: 0",
    "Connection: keep-alive",
    "x-amzn-RequestId: 6c1b6a9e-8f33-4f3a-9d0c-0b1b2b3b4b5b",
    "x-amz-apigw-id: AbCdEfGhIAMFzzQ=",
    "\r\n",
  ].join("\r\n"),
);

const server = createServer(
  {
    key: readFileSync(join(__dirname, "test-only-key.pem")),
    cert: readFileSync(join(__dirname, "test-only-certificate.pem")),
  },
  answerAll,
);
server.listen(0, "127.0.0.1", () => {
  // A listening TCP server has an AddressInfo.
  process.send?.((server.address() as AddressInfo).port);
});
process.on("disconnect", () => process.exit());

function answerAll(socket: TLSSocket): void {
  let unread = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    unread += bytes.toString("latin1");
    for (let end = endOfRequest(unread); end <= unread.length; end = endOfRequest(unread)) {
      unread = unread.slice(end);
      socket.write(ANSWER);
    }
  });
}

function endOfRequest(bytes: string): number {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return Number.POSITIVE_INFINITY;
  return head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(bytes)?.[1]);
}
