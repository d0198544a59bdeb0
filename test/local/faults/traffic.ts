/** What goes on over and over, beside what a test does. */
export class Traffic {
  private isOver = false;
  private done = 0;
  private readonly waiting = new Set<() => void>();
  private readonly loops: readonly Promise<void>[];

  /** Each of these begins anew when it has come to its end, with the number of the round. */
  constructor(...scenarios: ((round: number) => Promise<unknown>)[]) {
    this.loops = scenarios.map((scenario) => this.repeat(scenario));
  }

  /** Resolves when so many rounds have come to their end; rejects when one fails. */
  rounds(count: number): Promise<void> {
    const target = this.done + count;
    const reached = new Promise<void>((resolve) => {
      const look = () => {
        if (this.done < target) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
    });
    return Promise.race([reached, Promise.all(this.loops).then(() => undefined)]);
  }

  /** Resolves when the last round has come to its end. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.loops);
  }

  private async repeat(scenario: (round: number) => Promise<unknown>): Promise<void> {
    for (let round = 1; !this.isOver; round += 1) {
      await scenario(round);
      this.done += 1;
      for (const look of [...this.waiting]) look();
    }
  }
}
