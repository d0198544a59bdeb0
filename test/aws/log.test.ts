import { consoleLog } from "../../lambdas/aws/log";

describe("the log", () => {
  const lines: string[] = [];
  const { error, warn } = console;

  beforeEach(() => {
    lines.length = 0;
    console.error = (line: string) => void lines.push(line);
    console.warn = console.error;
  });

  afterEach(() => Object.assign(console, { error, warn }));

  test("is a JSON object a line, with an error's name, message, stack and cause", () => {
    const cause = new TypeError("inner");
    consoleLog.error("it failed", { sid: "@a", error: new Error("outer", { cause }) });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "ERROR",
      message: "it failed",
      sid: "@a",
      error: { name: "Error", message: "outer", cause: { name: "TypeError", message: "inner" } },
    });
  });

  test("does not show what was thrown when that is no Error", () => {
    consoleLog.error("it failed", { error: { authorization: "Bearer SECRET" } });
    expect(lines[0]).not.toContain("SECRET");
  });

  test.each([
    ["a bigint", { count: 10n }],
    ["a circle", circle()],
  ])("does not throw for %s", (_name, details) => {
    consoleLog.warn("odd", details);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "WARN", message: "odd" });
  });
});

function circle(): Record<string, unknown> {
  const one: Record<string, unknown> = {};
  one.one = one;
  return { one };
}
