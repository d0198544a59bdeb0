import { textElement } from "./template.js";

/** Orders that this client tracks, each with its last status. */
export class Orders {
  #orders = new Map();
  #parts;
  #emit;

  /** @param {(event: string, data: unknown) => Promise<unknown>} emit */
  constructor(parts, emit) {
    this.#parts = parts;
    this.#emit = emit;
    parts.trackForm.addEventListener("submit", () => this.#track(parts.orderId.value.trim()));
    parts.placeForm.addEventListener("submit", () => this.#place(parts.item.value.trim()));
  }

  /** A new connection is a new socket, which tracks nothing yet. */
  async rejoin() {
    for (const id of this.#orders.keys()) await this.#emit("joinOrder", id);
  }

  /** A push to `order:<id>` need not repeat the id. */
  update({ id, status }) {
    const [only] = this.#orders.size === 1 ? this.#orders.keys() : [];
    this.#show(id ?? only ?? "?", status);
  }

  async #track(id) {
    if ((await this.#emit("joinOrder", id)) === undefined || this.#orders.has(id)) return;
    this.#show(id, "tracking");
  }

  async #leave(id) {
    if ((await this.#emit("leaveOrder", id)) === undefined) return;
    this.#orders.get(id)?.remove();
    this.#orders.delete(id);
  }

  async #place(item) {
    const order = await this.#emit("placeOrder", item);
    // Whoever places an order tracks it.
    if (order !== undefined) this.#show(order.id, order.status);
  }

  #show(id, status) {
    const row = this.#row(id, String(status));
    const shown = this.#orders.get(id);
    this.#orders.set(id, row);
    if (shown) shown.replaceWith(row);
    else this.#parts.orders.prepend(row);
  }

  #row(id, status) {
    const leave = textElement("button", "Leave", "quiet");
    leave.type = "button";
    leave.ariaLabel = `Stop tracking order ${id}`;
    leave.addEventListener("click", () => this.#leave(id));
    const row = document.createElement("li");
    row.append(textElement("span", `#${id}`, "from"), textElement("span", status, "status"), leave);
    return row;
  }
}
