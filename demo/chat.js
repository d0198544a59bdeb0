import { Feed } from "./feed.js";
import { textElement } from "./template.js";

/** Chat to everyone or to a room that the sender is in. */
export class Chat {
  #rooms = new Set();
  #parts;
  #emit;
  #feed;

  /** @param {(event: string, data: unknown) => Promise<unknown>} emit */
  constructor(parts, emit) {
    this.#parts = parts;
    this.#emit = emit;
    this.#feed = new Feed(parts.chatFeed);
    parts.roomForm.addEventListener("submit", () => this.#join(parts.room.value.trim()));
    parts.messageForm.addEventListener("submit", () => this.#send());
    parts.room.addEventListener("input", () => this.#showTarget());
    this.#showTarget();
  }

  /** A new connection is a new socket, which is in no room yet. */
  async rejoin() {
    for (const room of this.#rooms) await this.#emit("joinChat", room);
  }

  receive({ from, room, text }) {
    this.#feed.add([[from, "from"], [target(room), "to"], [text]]);
  }

  async #join(room) {
    if ((await this.#emit("joinChat", room)) === undefined) return;
    this.#rooms.add(room);
    this.#showRooms();
  }

  async #leave(room) {
    if ((await this.#emit("leaveChat", room)) === undefined) return;
    this.#rooms.delete(room);
    this.#showRooms();
  }

  async #send() {
    const text = this.#parts.text.value;
    const room = this.#parts.room.value.trim() || undefined;
    if ((await this.#emit("message", { room, text })) === undefined) return;
    // The service sends a message to everybody else, not back.
    this.#feed.add([["you", "from"], [target(room), "to"], [text]], "own");
    this.#parts.text.value = "";
  }

  #showTarget() {
    const room = this.#parts.room.value.trim();
    this.#parts.text.placeholder = room === "" ? "Message to everyone" : `Message to ${room}`;
  }

  #showRooms() {
    this.#parts.rooms.replaceChildren(...[...this.#rooms].map((room) => this.#chip(room)));
  }

  #chip(room) {
    const leave = textElement("button", `${room} ×`);
    leave.type = "button";
    leave.ariaLabel = `Leave ${room}`;
    leave.addEventListener("click", () => this.#leave(room));
    const item = document.createElement("li");
    item.append(leave);
    return item;
  }
}

function target(room) {
  return room === undefined ? "to everyone" : `to ${room}`;
}
