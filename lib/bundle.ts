import { writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { buildSync, formatMessagesSync } from "esbuild";
import { exports, name } from "../package.json";

const PACKAGE = join(__dirname, "..");

/** An app may lie anywhere and find another copy of this package, or none: its server must be the entries'. */
const OWN_EXPORTS = Object.fromEntries(
  Object.entries(exports).map(([subpath, file]) => [posix.join(name, subpath), join(PACKAGE, file)]),
);

/** Instead of packages that load what no Lambda uses: see "Cold start" in `docs/limits-and-cost.md`. */
const LEAN = {
  "@aws-sdk/credential-provider-node": join(PACKAGE, "lambdas/aws/sdk-credentials.ts"),
  // The same without `debug`, as bundlers for browsers get it.
  "socket.io-parser": join(dirname(require.resolve("socket.io-parser")), "../esm/index.js"),
};

export interface BundleOptions {
  /** The name of a file in `lambdas/`, without its extension. */
  readonly entry: string;
  /** Absolute path of the module that the entry imports as `#app`. */
  readonly app: string;
}

/**
 * `index.js` with its source map, and esbuild's metafile `index.meta.json`, whose paths start at this
 * package's folder.
 *
 * esbuild is called in process, not by `NodejsFunction`: that one wants exactly one lock file above both the
 * entry and the working directory, which a project that installed this package may not have, and its
 * metafile makes the asset's hash depend on where the checkout is.
 */
export function bundle({ entry, app }: BundleOptions): Code {
  return Code.fromAsset(join(PACKAGE, "lambdas"), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("never-used"),
      // Not run; it tells the bundles of one folder apart in CDK's cache.
      command: [entry, app],
      local: { tryBundle: (outputDir) => tryBundle(entry, app, outputDir) },
    },
  });
}

function tryBundle(entry: string, app: string, outputDir: string): true {
  writeBundle({ entryPoint: join("lambdas", `${entry}.ts`), app, outputDir });
  return true;
}

export interface BundleFiles {
  /** The module that is bundled: a path from this package's folder. */
  readonly entryPoint: string;
  /** Absolute path of the module that it imports as `#app`. */
  readonly app: string;
  readonly outputDir: string;
}

/** Writes what `bundle` deploys. */
export function writeBundle({ entryPoint, app, outputDir }: BundleFiles): void {
  const { outputFiles, metafile, warnings } = buildSync({
    absWorkingDir: PACKAGE,
    entryPoints: [entryPoint],
    inject: [join("lambdas", "aws", "stack-traces.ts")],
    // Written below: maps and metafile name the output's path, and CDK's is another in every checkout.
    outfile: "index.js",
    write: false,
    alias: { "#app": app, ...OWN_EXPORTS, ...LEAN },
    bundle: true,
    platform: "node",
    format: "cjs",
    // Older than the Lambda runtime: the same bundles run on a laptop.
    target: "node20",
    // The packages' ES modules leave out what nobody uses: two thirds of the size.
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    // Errors are thrown with all that there is to say.
    logLevel: "silent",
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(outputDir, basename(path)), contents);
  writeFileSync(join(outputDir, "index.meta.json"), JSON.stringify(metafile));
  if (warnings.length > 0) process.stderr.write(formatMessagesSync(warnings, { kind: "warning" }).join(""));
}
