import { type NamespaceDefinition, Registrations } from "./namespace-definition";

/** A namespace's name is part of keys, which take 1,024 bytes; a client chooses it where there is a pattern. */
const MAX_ENCODED_NAME = 512;

interface Pattern {
  readonly pattern: RegExp;
  readonly registrations: Registrations;
}

/** The namespaces of one app and what is registered on them, until the module has loaded. */
export class Registry {
  readonly #namespaces = new Map<string, Registrations>();
  /** By their source, in the order of their registration. */
  readonly #patterns = new Map<string, Pattern>();
  #isSealed = false;

  /** The namespace of that very name, or else the first pattern that matches it. */
  namespace(name: string): NamespaceDefinition | undefined {
    const registrations = this.#namespaces.get(name) ?? this.#matching(name);
    return registrations && { ...registrations, name };
  }

  /** Whether sockets of some namespace are sent Buffers: see `Recipient.isProtected`. */
  get hasBinary(): boolean {
    const byPattern = [...this.#patterns.values()].map(({ registrations }) => registrations);
    return [...this.#namespaces.values(), ...byPattern].some(({ isBinary }) => isBinary);
  }

  /** What is registered under a name or a pattern; the same again for the same. */
  declare(name: string | RegExp): Registrations {
    if (name instanceof RegExp) return this.#pattern(name).registrations;
    if (typeof name !== "string" || !name.startsWith("/")) {
      throw new TypeError(`namespace: expected a name that begins with "/", got ${JSON.stringify(name)}`);
    }
    const known = this.#namespaces.get(name) ?? (this.#isSealed ? this.#matching(name) : undefined);
    if (known) return known;
    this.#assertOpen(`of(${JSON.stringify(name)})`);
    const registrations = this.#registrations();
    this.#namespaces.set(name, registrations);
    return registrations;
  }

  /** From here on registering throws: it would hold in one environment and not in the next. */
  seal(): void {
    this.#isSealed = true;
  }

  #pattern(given: RegExp): Pattern {
    const known = this.#patterns.get(String(given));
    if (known) return known;
    this.#assertOpen(`of(${given})`);
    // With g or y a RegExp remembers where it stopped, and matches every other time.
    const pattern = new RegExp(given.source, given.flags.replace(/[gy]/g, ""));
    const added = { pattern, registrations: this.#registrations() };
    this.#patterns.set(String(given), added);
    return added;
  }

  #matching(name: string): Registrations | undefined {
    if (this.#patterns.size === 0 || !isUsable(name)) return undefined;
    return [...this.#patterns.values()].find(({ pattern }) => pattern.test(name))?.registrations;
  }

  #registrations(): Registrations {
    return new Registrations((call) => this.#assertOpen(call));
  }

  #assertOpen(call: string): void {
    if (this.#isSealed) {
      throw new Error(`${call} after the app module has loaded: register at the top level of the module`);
    }
  }
}

/** Half a surrogate pair cannot be encoded. */
function isUsable(name: string): boolean {
  return Buffer.from(name).toString() === name && encodeURIComponent(name).length <= MAX_ENCODED_NAME;
}
