import { ACK_TIMEOUT_MS, describeError } from "./client.js";

/** The first character of a frame, by Engine.IO's names of packets. */
const PACKET_TYPES = { open: "0", close: "1", ping: "2", pong: "3", message: "4", upgrade: "5", noop: "6" };

/** The official client, unmodified: `io` is the global of its browser bundle. */
export class SocketIoClient {
  #listener;
  #call;
  #socket;
  #watched;

  /**
   * @param {import("./client.js").ClientOptions} options
   * @param {import("./client.js").ClientListener} listener
   */
  constructor({ config, token, namespace }, listener) {
    this.#listener = listener;
    const url = config.ioUrl + (namespace === "/" ? "" : namespace);
    this.#call = `io("${url}", { transports: ["websocket"], auth: { token } })`;
    this.#socket = io(url, {
      path: config.ioPath,
      transports: ["websocket"],
      auth: { token },
      // Clients of one page would share a connection, but here each stands for another device.
      forceNew: true,
      autoConnect: false,
    });
    this.#listen();
  }

  connect() {
    this.#listener.state("connecting", "");
    this.#listener.frame("note", this.#call);
    this.#socket.connect();
    this.#watchEngine();
  }

  disconnect() {
    this.#socket.disconnect();
    this.#listener.state("disconnected", "");
  }

  drop() {
    this.#socket.io.engine.close();
  }

  emit(event, data) {
    return new Promise((resolve, reject) => {
      this.#socket.timeout(ACK_TIMEOUT_MS).emit(event, data, (error, answer) => {
        if (error) reject(new Error(`${event}: no answer within ${ACK_TIMEOUT_MS / 1000} s`));
        else resolve(answer);
      });
    });
  }

  #listen() {
    const { state, event, frame } = this.#listener;
    this.#socket.on("connect", () => state("connected", this.#socket.id));
    this.#socket.on("disconnect", (reason) => {
      frame("note", `disconnect: ${reason}`);
      state(this.#socket.active ? "reconnecting" : "disconnected", reason);
    });
    this.#socket.on("connect_error", (error) => this.#onConnectError(error));
    this.#socket.onAny((name, data) => event(name, data));
    this.#socket.io.on("reconnect_attempt", (attempt) => {
      state("reconnecting", `attempt ${attempt}`);
      // The manager makes its new engine right after this event.
      queueMicrotask(() => this.#watchEngine());
    });
  }

  #onConnectError({ message, data }) {
    const text = describeError(message, data);
    this.#listener.error(`connect_error: ${text}`);
    if (this.#socket.active) return this.#listener.state("reconnecting", text);
    // Refused by the namespace: the client leaves the connection open, but nobody else uses it here.
    this.#socket.disconnect();
    this.#listener.state("refused", "");
  }

  #watchEngine() {
    const { engine } = this.#socket.io;
    if (!engine || engine === this.#watched) return;
    this.#watched = engine;
    engine.on("packet", (packet) => this.#listener.frame("down", frameOf(packet)));
    engine.on("packetCreate", (packet) => this.#listener.frame("up", frameOf(packet)));
  }
}

function frameOf({ type, data = "" }) {
  if (typeof data === "string") return PACKET_TYPES[type] + data;
  return `(binary, ${data.byteLength} bytes)`;
}
