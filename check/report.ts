import type { CheckReport } from "./check-table";
import { type Finding, itemOf } from "./findings";

/** For people: what was read, what contradicts, and what looks like it and is not. */
export function text(report: CheckReport): string {
  return [
    `read ${counted(report.items)}`,
    ...section("contradicts:", report.contradictions.map(line)),
    ...section("may be in flight (look again):", report.inFlight.map(line)),
    ...section("left over, and harmless until TTL deletes it:", counts(report.leftovers)),
    ...section("expired, not yet deleted by TTL:", counts(report.expired)),
    report.contradictions.length === 0 ? "nothing contradicts" : verdict(report.contradictions.length),
  ].join("\n");
}

/** For programs, in one line. */
export function json(report: CheckReport): string {
  return JSON.stringify(report);
}

function verdict(count: number): string {
  return count === 1 ? "1 contradiction" : `${count} contradictions`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((one) => `  ${one}`), ""];
}

function line(finding: Finding): string {
  const age = finding.ageSeconds === undefined ? "" : `, for ${finding.ageSeconds} s`;
  return `${finding.what.padEnd(22)} ${itemOf(finding)}: ${finding.says}${age}`;
}

function counts(byName: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(byName).map(([name, count]) => `${count} × ${name}`);
}

function counted(byName: Readonly<Record<string, number>>): string {
  const total = Object.values(byName).reduce((sum, count) => sum + count, 0);
  const kinds = counts(byName).join(", ");
  return `${total} items${kinds === "" ? "" : `: ${kinds}`}`;
}
