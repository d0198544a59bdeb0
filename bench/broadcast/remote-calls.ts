/** Between a process and its parent. */
export type FromChild =
  | {
      readonly kind: "call";
      readonly id: number;
      readonly port: string;
      readonly method: string;
      readonly args: unknown[];
    }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly error: string };

export type FromParent =
  | { readonly kind: "order"; readonly order: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown };

/** The child's side: takes orders, and calls ports that the parent has. Values are what JSON keeps. */
export class RemoteCalls {
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #calls = 0;
  #obey: (order: unknown) => Promise<unknown> = () => Promise.reject(new Error("expected no order yet"));

  constructor() {
    process.on("message", (message: FromParent) => this.#receive(message));
    process.on("disconnect", () => process.exit());
  }

  onOrder(obey: (order: unknown) => Promise<unknown>): void {
    this.#obey = obey;
  }

  /** The methods' types are the port's: the parent gives them to the real one. */
  port<Port extends object>(port: string, methods: readonly (keyof Port & string)[]): Port {
    const entries = methods.map((method) => [method, (...args: unknown[]) => this.#call(port, method, args)]);
    return Object.fromEntries(entries) as Port;
  }

  #call(port: string, method: string, args: unknown[]): Promise<unknown> {
    const id = this.#calls++;
    this.#send({ kind: "call", id, port, method, args });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #receive(message: FromParent): void {
    if (message.kind === "order") {
      this.#obey(message.order).then(
        (result) => this.#send({ kind: "done", result }),
        (error: unknown) =>
          this.#send({ kind: "failed", error: String(error instanceof Error ? error.stack : error) }),
      );
      return;
    }
    this.#waiting.get(message.id)?.(message.value);
    this.#waiting.delete(message.id);
  }

  #send(message: FromChild): void {
    process.send?.(message);
  }
}
