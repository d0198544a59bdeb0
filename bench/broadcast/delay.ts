/** Does everything so many milliseconds later, with one timer: thousands a second would be most of the work. */
export class Delay {
  readonly #ms: number;
  #waiting: { readonly at: number; readonly task: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  push(task: () => void): void {
    this.#waiting.push({ at: performance.now() + this.#ms, task });
    this.#wait();
  }

  #wait(): void {
    const [next] = this.#waiting;
    if (next) this.#timer ??= setTimeout(() => this.#doWhatIsDue(), next.at - performance.now());
  }

  #doWhatIsDue(): void {
    const now = performance.now();
    const first = this.#waiting.findIndex(({ at }) => at > now);
    const due = first === -1 ? this.#waiting : this.#waiting.slice(0, first);
    this.#waiting = first === -1 ? [] : this.#waiting.slice(first);
    for (const { task } of due) task();
    this.#timer = undefined;
    this.#wait();
  }
}
