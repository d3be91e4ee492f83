// A page into which one drops a bundle is to come from the same code: analysis and renderers bundle for a browser as they are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { root } from "./tree.ts";

const entries = ["src/analyze.ts", "src/report/index.ts"].filter((path) => existsSync(join(root, path)));

describe("in a browser", () => {
  it.each(entries)("%s bundles without Node", async (entry) => {
    const { metafile } = await build({
      absWorkingDir: root,
      bundle: true,
      entryPoints: [entry],
      format: "esm",
      logLevel: "silent",
      metafile: true,
      platform: "browser",
      write: false,
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain(entry);
    expect(inputs.filter((path) => /^src\/(cli|collect)\//.test(path))).toEqual([]);
  });
});
