import { textElement } from "./template.js";

/** The last thing that went wrong, until it is dismissed or something goes right. */
export class Problem {
  #element;

  constructor(element) {
    this.#element = element;
  }

  show(message) {
    const dismiss = textElement("button", "×", "quiet");
    dismiss.type = "button";
    dismiss.ariaLabel = "Dismiss";
    dismiss.addEventListener("click", () => this.clear());
    this.#element.replaceChildren(textElement("span", message), dismiss);
    this.#element.hidden = false;
  }

  clear() {
    this.#element.hidden = true;
    this.#element.replaceChildren();
  }
}
