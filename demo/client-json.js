import { ACK_TIMEOUT_MS, describeError } from "./client.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;

/**
 * A WebSocket and JSON frames, without any library: `{event, data, id}` goes up, `{event, data}` and
 * `{ack, data}` come down.
 */
export class JsonClient {
  #options;
  #listener;
  #socket;
  #isWanted = false;
  #attempt = 0;
  #retry;
  #lastId = 0;
  #pending = new Map();

  /**
   * @param {import("./client.js").ClientOptions} options
   * @param {import("./client.js").ClientListener} listener
   */
  constructor(options, listener) {
    this.#options = options;
    this.#listener = listener;
  }

  connect() {
    this.#isWanted = true;
    this.#attempt = 0;
    this.#listener.state("connecting", "");
    this.#open();
  }

  disconnect() {
    this.#giveUp("disconnected", "");
    this.#socket?.close();
  }

  drop() {
    this.#socket?.close();
  }

  emit(event, data) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(id, "reject", new Error(`${event}: no answer within ${ACK_TIMEOUT_MS / 1000} s`)),
        ACK_TIMEOUT_MS,
      );
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ event, data, id });
    });
  }

  /**
   * A browser is not told why an upgrade was refused. So the token is not part of it (it could be, as `?token=`
   * or as the subprotocol behind `roomcast.v1`) but is the first frame, to which there is an answer.
   */
  #open() {
    const url = new URL(this.#options.config.wsUrl);
    if (this.#options.namespace !== "/") url.searchParams.set("namespace", this.#options.namespace);
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#listener.frame("note", `new WebSocket("${url}")`);
    socket.addEventListener("open", () => this.#send({ auth: { token: this.#options.token } }));
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.addEventListener("close", ({ code, reason }) => this.#onClose(code, reason));
  }

  #send(frame) {
    const text = JSON.stringify(frame);
    this.#listener.frame("up", text);
    this.#socket.send(text);
  }

  #receive(text) {
    this.#listener.frame("down", text);
    const frame = JSON.parse(text);
    if (frame.connected) this.#onConnected(frame.connected);
    else if (frame.error) this.#onError(frame);
    else if (frame.disconnect) this.#onDisconnect(frame.disconnect);
    else if (frame.event !== undefined) this.#listener.event(frame.event, frame.data);
    else if (frame.ack !== undefined) this.#settle(frame.ack, "resolve", frame.data);
    else if (frame.ping) this.#send({ pong: true });
    // What API Gateway itself says when a Lambda failed or a limit was met.
    else if (frame.message) this.#listener.error(frame.message);
  }

  #onConnected({ id }) {
    this.#attempt = 0;
    this.#listener.state("connected", id);
  }

  #onError({ error: { code, message, data }, id }) {
    const text = describeError(`${code}: ${message}`, data);
    if (this.#settle(id, "reject", new Error(text))) return;
    this.#listener.error(text);
    if (code !== "unauthorized" && code !== "token_expired") return;
    this.#giveUp("refused", "");
    this.#socket.close();
  }

  #onDisconnect({ reason, reconnect }) {
    this.#listener.error(`disconnect: ${reason}`);
    if (!reconnect) this.#giveUp("disconnected", reason);
  }

  #onClose(code, reason) {
    this.#listener.frame("note", `closed with ${code} ${reason}`);
    for (const id of this.#pending.keys()) this.#settle(id, "reject", new Error("the connection was lost"));
    if (!this.#isWanted) return;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#attempt, LONGEST_RETRY_MS);
    this.#attempt += 1;
    this.#listener.state("reconnecting", `closed with ${code}, attempt ${this.#attempt}`);
    this.#retry = setTimeout(() => this.#open(), delayMs);
  }

  #giveUp(status, detail) {
    this.#isWanted = false;
    clearTimeout(this.#retry);
    this.#listener.state(status, detail);
  }

  /** Whether an event with that id was waiting for its answer. */
  #settle(id, how, value) {
    const waiting = this.#pending.get(id);
    if (!waiting) return false;
    this.#pending.delete(id);
    clearTimeout(waiting.timer);
    waiting[how](value);
    return true;
  }
}
