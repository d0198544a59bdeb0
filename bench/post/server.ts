import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { answerOf, endOfRequest } from "../connections-http";

/**
 * Answers each post at once, as API Gateway answers one that it took: no more HTTP than these clients speak,
 * so that the server is never what is measured. A process of its own; its parent is told the port.
 */
const ANSWER = answerOf("200 OK");

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
