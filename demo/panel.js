import { Chat } from "./chat.js";
import { Connection } from "./connection.js";
import { ConnectionBar } from "./connection-bar.js";
import { Feed } from "./feed.js";
import { Orders } from "./orders.js";
import { Problem } from "./problem.js";
import { cloneTemplate, partsOf } from "./template.js";
import { WireLog } from "./wire-log.js";

/**
 * One device of one user: a connection and three of the four uses.
 *
 * @typedef {object} Device
 * @property {string} id of the panel's element
 * @property {string} name as the page shows it
 * @property {string} token
 * @property {"socket.io" | "json"} protocol
 */
export class Panel {
  element = cloneTemplate("user-panel");
  parts = partsOf(this.element);
  #connection;
  #bar;
  #problem = new Problem(this.parts.problem);
  #wire = new WireLog(this.parts.wire);
  #notes = new Feed(this.parts.notes);
  #chat;
  #orders;

  /**
   * @param {import("./config.js").DemoConfig} config
   * @param {Device} device
   */
  constructor(config, { id, name, token, protocol }) {
    this.#label(id, name);
    this.#connection = new Connection({ config, token, namespace: "/" }, protocol, {
      state: (status, detail) => this.#onState(status, detail),
      event: (event, data) => this.#onEvent(event, data),
      frame: (direction, text) => this.#wire.add(direction, text),
      error: (message) => this.#onError(message),
    });
    this.#bar = new ConnectionBar(this.parts, this.#connection);
    const emit = (event, data) => this.#emit(event, data);
    this.#chat = new Chat(this.parts, emit);
    this.#orders = new Orders(this.parts, emit);
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.#connection.connect();
  }

  remove() {
    this.#connection.disconnect();
    this.element.remove();
  }

  #label(id, name) {
    this.element.id = id;
    this.element.ariaLabel = name;
    this.parts.name.textContent = name;
    this.parts.wire.ariaLabel = `Frames of ${name}`;
  }

  /** The ack, `null` for one without data, or `undefined` when there was an error, which is shown. */
  async #emit(event, data) {
    try {
      const answer = await this.#connection.emit(event, data);
      this.#problem.clear();
      return answer ?? null;
    } catch (error) {
      this.#onError(error.message);
    }
  }

  #onState(status, detail) {
    this.#bar.show(status, detail);
    this.parts.uses.disabled = status !== "connected";
    if (status !== "connected") return;
    this.#problem.clear();
    this.#chat.rejoin();
    this.#orders.rejoin();
  }

  #onEvent(event, data) {
    if (event === "message") this.#chat.receive(data ?? {});
    else if (event === "orderUpdate") this.#orders.update(data ?? {});
    else if (event === "notification") this.#notes.add([[data?.text ?? JSON.stringify(data)]]);
    else this.#notes.add([[event, "from"], [JSON.stringify(data)]]);
  }

  #onError(message) {
    this.#problem.show(message);
    this.#wire.add("error", message);
  }
}
