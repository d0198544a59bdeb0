import type { LambdaFunction } from "./template/model";

/** Where a developer sees what happens. */
export interface Terminal {
  line(text: string): void;
  /** A line that a function wrote. */
  functionLine(fn: LambdaFunction, text: string): void;
}

/** Prints to standard output, functions' lines behind their short names. */
export const stdout: Terminal = {
  line: (text) => process.stdout.write(`${text}\n`),
  functionLine: (fn, text) => process.stdout.write(`${shortName(fn).padEnd(10)} │ ${text}\n`),
};

/** `RoomcastMessage1A2B3C4D` of the CDK → `Message`: the logical id without stack-wide prefix and hash. */
export function shortName(fn: LambdaFunction): string {
  const words = fn.logicalId.replace(/[0-9A-F]{8}$/, "").match(/[A-Z]+[a-z0-9]*/g) ?? [fn.logicalId];
  const own = words.filter(
    (word) => !["Service", "Function", "Fn", "Lambda", "Handler", "Roomcast"].includes(word),
  );
  return (own.at(-1) ?? fn.logicalId).toLowerCase();
}
