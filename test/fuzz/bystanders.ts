import type { Client, CoreService } from "../support/core-service";

/** Well-behaved clients of every kind, while others misbehave. */
export class Bystanders {
  readonly #socketIo: readonly Client[];
  readonly #json: Client;

  private constructor(socketIo: readonly Client[], json: Client) {
    this.#socketIo = socketIo;
    this.#json = json;
  }

  static async join(service: CoreService, token: string): Promise<Bystanders> {
    const socketIo = [
      await service.socketIo(),
      await service.socketIo("/custom"),
      await service.socketIo("/private", { token }),
    ];
    const json = await service.connection();
    for (const client of [...socketIo, json]) client.take();
    return new Bystanders(socketIo, json);
  }

  /** What they were sent since they joined, or last looked. */
  take(): string[] {
    return [...this.#socketIo, this.#json].flatMap((client) => client.take());
  }

  /** What they are answered now. */
  async ask(): Promise<string[]> {
    await this.#socketIo[0]?.send('421["message-with-ack","still there?"]');
    await this.#json.send({ event: "message-with-ack", data: "still there?", id: 1 });
    return this.take();
  }

  async leave(): Promise<void> {
    for (const client of [...this.#socketIo, this.#json]) await client.drop();
  }
}

export const ANSWERED = ['431["still there?"]', '{"ack":1,"data":"still there?"}'];

/** What is stored of whom, as far as the in-memory stores show it. */
export function tableOf({ stores }: CoreService): unknown {
  const { connectionRecords, handshakes, liveness } = stores;
  return structuredClone([
    [...connectionRecords],
    [...handshakes],
    [...liveness.records],
    stores.socketRecords(),
  ]);
}
