import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { AccountRootPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { ShopRealtime } from "../../examples/from-socket-io/stack";

const ROOT = join(__dirname, "../..");
const guide = readFileSync(join(ROOT, "docs/from-socket-io.md"), "utf8");

/** Each begins with a comment that names its file, and `// …` stands for what is left out. */
const blocks = [...guide.matchAll(/```(?:ts|js)\n(?:\/\/ (\S+)\n)?(.*?)\n```/gs)].map(
  ([, file = "", code = ""]) => [file, code] as const,
);

/** The guide shows parts of files without their indentation. */
function unindented(code: string): string {
  return code.replace(/^[ \t]+/gm, "");
}

test("the guide shows all that the move is about", () => {
  expect(new Set(blocks.map(([file]) => file))).toEqual(
    new Set(["before.js", "app.ts", "routes.ts", "server.js", "stack.ts", "client.ts"]),
  );
});

test.each(blocks)("what it shows of %s is in the example", (file, code) => {
  const source = unindented(readFileSync(join(ROOT, "examples/from-socket-io", file), "utf8"));
  for (const part of unindented(code).split("// …\n")) expect(source).toContain(part.trim());
});

test("the files that it names are there", () => {
  const links = [...guide.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path = ""]) => path);
  for (const path of [...links.map((link) => join("docs", link)), "test/porting.test.ts"]) {
    expect(() => readFileSync(join(ROOT, path))).not.toThrow(/ENOENT/);
  }
});

test("the steps that the table links to are there", () => {
  const anchors = [...guide.matchAll(/\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  const headings = [...guide.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => slug(heading));
  expect(headings).toEqual(expect.arrayContaining(anchors));
});

test("the stack lets the shop's pages connect, takes its secret and lets its backend push", () => {
  const app = new App({ context: { "aws:cdk:bundling-stacks": [] } });
  const backend = new Role(new Stack(app, "Shop"), "Backend", {
    roleName: "backend",
    assumedBy: new AccountRootPrincipal(),
  });
  const template = Template.fromStack(new ShopRealtime(app, "Realtime", { backend }));
  template.hasResourceProperties("AWS::Lambda::Function", {
    Environment: {
      Variables: Match.objectLike({ ROOMCAST_ALLOWED_ORIGINS: '["https://shop.example"]' }),
    },
  });
  template.resourceCountIs("AWS::SecretsManager::Secret", 0);
  const outputs = Object.keys(template.findOutputs("*"));
  expect(outputs).toEqual(expect.arrayContaining(["PushFunctionName", "WebSocketUrl"]));
  const shop = JSON.stringify(Template.fromStack(Stack.of(backend)).toJSON());
  expect(shop).toContain("lambda:InvokeFunction");
});

/** As GitHub makes them. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
