import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENV } from "../../lambdas/aws/env";

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Properties?: { readonly Environment?: { readonly Variables: object } } }>
  >;
}

/** No test has a thousand clients: in this assembly more posts than so many are made by workers. */
export function takeFewForMany(assemblyPath: string, maxInlinePosts: number): void {
  for (const name of readdirSync(assemblyPath).filter((file) => file.endsWith(".template.json"))) {
    const path = join(assemblyPath, name);
    const template: Template = JSON.parse(readFileSync(path, "utf8"));
    for (const { Properties } of Object.values(template.Resources)) {
      if (!Properties?.Environment) continue;
      Object.assign(Properties.Environment.Variables, { [ENV.maxInlinePosts]: String(maxInlinePosts) });
    }
    writeFileSync(path, JSON.stringify(template));
  }
}
