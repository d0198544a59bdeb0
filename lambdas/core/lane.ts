/** Runs so many tasks at once. */
export class Lane {
  readonly #limit: number;
  #running = 0;
  #freed: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins the tasks in order, and answers them when the last has begun. None may reject. One caller at a time. */
  async begin(tasks: readonly (() => Promise<void>)[]): Promise<readonly Promise<void>[]> {
    const begun: Promise<void>[] = [];
    for (const task of tasks) {
      if (this.#running >= this.#limit) await this.#free();
      begun.push(this.#run(task));
    }
    return begun;
  }

  async #run(task: () => Promise<void>): Promise<void> {
    this.#running += 1;
    await task();
    this.#running -= 1;
    this.#freed?.();
  }

  #free(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }
}
