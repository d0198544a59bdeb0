import { textElement } from "./template.js";

const LONGEST = 200;

/** A list that follows its newest line, unless the reader has scrolled up. */
export class Feed {
  #list;
  #isFollowing = true;

  constructor(list) {
    this.#list = list;
    // Some browsers let the keyboard scroll only what can have the focus.
    list.tabIndex = 0;
    list.addEventListener("scroll", () => {
      this.#isFollowing = isAtEnd(list);
    });
    // Lines wrap anew when the column gets narrower.
    new ResizeObserver(() => this.#follow()).observe(list);
  }

  /** @param {readonly [text: string, className?: string][]} parts of the new line */
  add(parts, className = "") {
    const line = document.createElement("li");
    line.className = className;
    line.append(...parts.map(([text, name]) => textElement("span", text, name)));
    this.#list.append(line);
    if (this.#list.children.length > LONGEST) this.#list.firstElementChild.remove();
    this.#follow();
  }

  #follow() {
    if (this.#isFollowing) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < 8;
}
