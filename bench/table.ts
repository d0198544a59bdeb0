import type { Row } from "./benchmark";

/** Rows as text, a column for each name that one of them has; numbers to the right. */
export function table(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => column(name, rows));
  return ["", ...rows]
    .map((_, line) =>
      columns
        .map((cells) => cells[line])
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The name and the values, all of one width. */
function column(name: string, rows: readonly Row[]): readonly string[] {
  const values = rows.map((row) => row[name] ?? "");
  const cells = [name, ...values.map(text)];
  const width = Math.max(...cells.map((cell) => cell.length));
  const isNumeric = values.every((value) => typeof value === "number" || value === "");
  return cells.map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
}

/** Three digits say all that a measurement knows. */
function text(value: number | string): string {
  if (typeof value === "string") return value;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
