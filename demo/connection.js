import { JsonClient } from "./client-json.js";
import { SocketIoClient } from "./client-socket-io.js";

const CLIENTS = { "socket.io": SocketIoClient, json: JsonClient };

/** One client of the service that can change its protocol, and its user, between connections. */
export class Connection {
  #options;
  #listener;
  #client;
  protocol;
  status = "disconnected";

  /**
   * @param {import("./client.js").ClientOptions} options
   * @param {"socket.io" | "json"} protocol
   * @param {import("./client.js").ClientListener} listener
   */
  constructor(options, protocol, listener) {
    this.#options = options;
    this.protocol = protocol;
    this.#listener = listener;
  }

  /** Connects anew, as somebody else when there is a token. */
  connect(token = this.#options.token) {
    this.#client?.disconnect();
    this.#options = { ...this.#options, token };
    const client = new CLIENTS[this.protocol](
      this.#options,
      this.#only(() => client),
    );
    this.#client = client;
    client.connect();
  }

  disconnect() {
    this.#client?.disconnect();
  }

  drop() {
    this.#client?.drop();
  }

  /** Resolves with the ack. Rejects with an Error, also for an ack of the form `{error}`. */
  async emit(event, data) {
    const answer = await this.#client.emit(event, data);
    if (answer?.error !== undefined) throw new Error(`${event}: ${answer.error}`);
    return answer;
  }

  /** A client that was replaced may still have something to say: nobody listens to it any more. */
  #only(client) {
    const { state, event, frame, error } = this.#listener;
    const whileCurrent =
      (listen) =>
      (...args) => {
        if (client() === this.#client) listen(...args);
      };
    return {
      state: whileCurrent((status, detail) => {
        this.status = status;
        state(status, detail);
      }),
      event: whileCurrent(event),
      frame: whileCurrent(frame),
      error: whileCurrent(error),
    };
  }
}
