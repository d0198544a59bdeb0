import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: JsonObject;
}

export interface TemplateDocument {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: Json }>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Readonly<Record<string, JsonObject>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json; readonly Condition?: string }>>;
}

/** One stack of a cloud assembly: its template, and where the files are that it names by hash. */
export interface StackDocument {
  readonly name: string;
  readonly template: TemplateDocument;
  /** From the S3 object key of an asset to its path on disk. */
  readonly assets: ReadonlyMap<string, string>;
}

const TEMPLATE_SUFFIX = ".template.json";

/** Reads every stack of a cloud assembly (`cdk.out`). Throws when there is none. */
export function readStacks(assemblyPath: string): readonly StackDocument[] {
  const names = readdirSync(assemblyPath)
    .filter((file) => file.endsWith(TEMPLATE_SUFFIX))
    .map((file) => file.slice(0, -TEMPLATE_SUFFIX.length));
  if (names.length === 0) throw new Error(`expected a synthesized stack in ${assemblyPath}, found none`);
  return names.map((name) => ({
    name,
    template: readJson<TemplateDocument>(join(assemblyPath, name + TEMPLATE_SUFFIX)),
    assets: readAssets(assemblyPath, name),
  }));
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

function readAssets(assemblyPath: string, stack: string): ReadonlyMap<string, string> {
  const manifest = readJson<AssetManifest>(join(assemblyPath, `${stack}.assets.json`));
  const assets = new Map<string, string>();
  for (const { source, destinations } of Object.values(manifest.files ?? {})) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations))
      assets.set(objectKey, join(assemblyPath, source.path));
  }
  return assets;
}

/** The CDK wrote the file a moment ago; its shape is CloudFormation's. */
function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}
