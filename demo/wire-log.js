import { Feed } from "./feed.js";

const ARROWS = { up: "↑", down: "↓", note: "·", error: "!" };
const DIRECTIONS = { up: "sent", down: "received", note: "note", error: "error" };

/** A token is long, and nobody should learn to print them. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** What goes up and down the wire, frame by frame. */
export class WireLog {
  #feed;

  constructor(list) {
    this.#feed = new Feed(list);
  }

  /** @param {"up" | "down" | "note" | "error"} direction */
  add(direction, text) {
    const time = new Date().toLocaleTimeString("en-GB");
    const arrow = [ARROWS[direction], "arrow"];
    const spoken = [` ${DIRECTIONS[direction]} `, "unseen"];
    this.#feed.add([[time, "time"], arrow, spoken, [text.replace(TOKEN, "eyJ…"), "frame"]], direction);
  }
}
