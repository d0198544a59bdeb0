import type { Cost } from "./cost";
import { LABELS, OPERATIONS } from "./labels";
import type { Costs } from "./operations";

const HEAD = [
  "| operation | DynamoDB requests | read units | write units | Lambda invocations | posts |",
  "|---|---|---|---|---|---|",
];

/** One row for each operation; with `other` only those that cost something else than there. */
export function costTable(costs: Costs, other?: Costs): string {
  const rows = OPERATIONS.filter((name) => JSON.stringify(costs[name]) !== JSON.stringify(other?.[name]));
  return [...HEAD, ...rows.map((name) => row(LABELS[name], costs[name]))].join("\n");
}

/** The document with a table between the markers of that name. */
export function withTable(document: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected ${begin} and ${end} in the document`);
  return `${document.slice(0, from)}${begin}\n${table}\n${document.slice(to)}`;
}

function row(label: string, cost: Cost): string {
  const { requests, readUnits, writeUnits, failedConditions, invocations, posts } = cost;
  const failed = failedConditions > 0 ? ` (${failedConditions} whose condition fails)` : "";
  const cells = [
    label,
    withTotal(requests) + failed,
    number(readUnits),
    number(writeUnits),
    listed(invocations),
    number(posts),
  ];
  return `| ${cells.join(" | ")} |`;
}

type Counts = Readonly<Record<string, number>>;

function withTotal(counts: Counts): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return Object.keys(counts).length > 1 ? `${total}: ${listed(counts)}` : listed(counts);
}

function listed(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${number(count)} ${name}`)
    .join(", ");
}

function number(value: number): string {
  return value === 0 ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
