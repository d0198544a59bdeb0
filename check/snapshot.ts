import { shardOf } from "../lambdas/core/heartbeat/shards";
import { type Finding, finding } from "./findings";
import { type Kind, kindOf } from "./kinds";
import type { ScannedItem } from "./scanned-item";
import { Traces } from "./traces";

/** Of several passes over the table, one: each compares its share of the connections. */
export interface Pass {
  readonly index: number;
  readonly count: number;
}

/** DynamoDB deletes within a few days. */
const TTL_SECONDS = 7 * 24 * 3_600;

/** What one pass has read: items by the connection that they are of, and what is to be said of single ones. */
export class Snapshot {
  readonly connections = new Map<string, Traces>();
  /** By the key of a room and the sid: whose membership lies there. */
  readonly memberships = new Map<string, ScannedItem>();
  readonly findings: Finding[] = [];
  readonly counts = new Map<string, number>();
  readonly expired = new Map<string, number>();
  readonly leftovers = new Map<string, number>();

  constructor(
    readonly now: number,
    private readonly pass: Pass = { index: 0, count: 1 },
  ) {}

  add(item: ScannedItem): void {
    const kind = kindOf(item);
    const connectionId = kind?.connectionId?.(item) ?? item.pk;
    if (shardOf(connectionId, this.pass.count) !== this.pass.index) return;
    increase(this.counts, kind?.name ?? "unknown");
    if (kind === undefined) this.note("unknown-kind", item, "no item of the service has such a key");
    else if (item.expiresAt === undefined) this.note("never-expires", item, "it has no expiresAt");
    else if (item.expiresAt * 1_000 <= this.now) this.addExpired(kind, item, item.expiresAt);
    else this.addLive(kind, item, connectionId);
  }

  /** Reads leave it out, and TTL deletes it when it has time. */
  private addExpired({ name }: Kind, item: ScannedItem, expiresAt: number): void {
    increase(this.expired, name);
    const isOverdue = expiresAt * 1_000 < this.now - TTL_SECONDS * 1_000;
    if (isOverdue) this.note("long-expired", item, "it expired a week ago: does the table have its TTL?");
  }

  private addLive(kind: Kind, item: ScannedItem, connectionId: string): void {
    const leftover = kind.leftover?.(item, this.now);
    if (leftover !== undefined) increase(this.leftovers, leftover);
    if (kind.connectionId === undefined) return;
    const traces = this.connections.get(connectionId) ?? new Traces(connectionId);
    this.connections.set(connectionId, traces);
    traces.add(kind, item);
    if (kind.name === "membership") this.memberships.set(placeOf(item), item);
  }

  private note(what: Finding["what"], item: ScannedItem, says: string): void {
    this.findings.push(finding(what, item, says, { now: this.now }));
  }
}

export function placeOf({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk}\n${sk}`;
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
