import { cloneTemplate, partsOf } from "./template.js";

let bars = 0;

/** Shows how a connection is, and lets its client be switched, cut and reconnected. */
export class ConnectionBar {
  #connection;
  #parts;

  /**
   * @param {Record<string, HTMLElement>} parts with `bar`, to be replaced, and `badge`
   * @param {import("./connection.js").Connection} connection
   */
  constructor(parts, connection) {
    this.#connection = connection;
    const bar = cloneTemplate("connection-bar");
    this.#parts = { ...parts, ...partsOf(bar) };
    parts.bar.replaceWith(bar);
    this.#addSwitch();
    this.#parts.drop.addEventListener("click", () => connection.drop());
    this.#parts.toggle.addEventListener("click", () => this.#toggle());
    this.show("disconnected", "");
  }

  /** @param {import("./client.js").Status} status */
  show(status, detail) {
    const { badge, drop, toggle, detail: line } = this.#parts;
    badge.textContent = status;
    badge.dataset.status = status;
    line.textContent = status === "connected" ? `sid ${detail}` : detail;
    line.title = detail;
    drop.disabled = status !== "connected";
    toggle.textContent = isOff(status) ? "Connect" : "Disconnect";
  }

  #addSwitch() {
    bars += 1;
    for (const radio of [this.#parts.socketIo, this.#parts.json]) {
      radio.name = `protocol-${bars}`;
      radio.checked = radio.value === this.#connection.protocol;
      radio.addEventListener("change", () => this.#switchTo(radio.value));
    }
  }

  #switchTo(protocol) {
    this.#connection.protocol = protocol;
    if (!isOff(this.#connection.status)) this.#connection.connect();
  }

  #toggle() {
    if (isOff(this.#connection.status)) this.#connection.connect();
    else this.#connection.disconnect();
  }
}

function isOff(status) {
  return status === "disconnected" || status === "refused";
}
