import type { Kind, KindName } from "./kinds";
import type { ScannedItem } from "./scanned-item";

const NONE: readonly ScannedItem[] = [];

/** All items of one connection, by kind. */
export class Traces {
  private readonly items = new Map<KindName, ScannedItem[]>();

  constructor(readonly connectionId: string) {}

  add({ name }: Kind, item: ScannedItem): void {
    const known = this.items.get(name);
    if (known) known.push(item);
    else this.items.set(name, [item]);
  }

  all(name: KindName): readonly ScannedItem[] {
    return this.items.get(name) ?? NONE;
  }

  one(name: KindName): ScannedItem | undefined {
    return this.items.get(name)?.[0];
  }

  /** Whether somebody has decided to close the connection: then its traces go, one after the other. */
  get isClosing(): boolean {
    return this.one("connection")?.closedFor !== undefined || this.one("liveness")?.closedAt !== undefined;
  }
}
