// Precompiles src/report/templates/*.hbs and folds style sheet and script, with the hashes their policy names, into
// src/report/templates.gen.ts and src/report/assets.gen.ts. They are committed: nothing is looked up or compiled at run time.
//   node scripts/build-assets.mjs           writes them
//   node scripts/build-assets.mjs --check   fails where they are not what their sources give
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import Handlebars from "handlebars";

const report = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "report");
const NOTICE = "// Written by scripts/build-assets.mjs. Edit the sources it names and run it again.";

/** Text of ours only, no value of a document: what an element holds must be exactly what was hashed. */
const hashOf = (text) => `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;

async function templates() {
  const folder = join(report, "templates");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".hbs")).sort();
  const parts = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(join(folder, name), "utf8");
      /** Handlebars' typings do not say that it is text. */
      const code = /** @type {string} */ (
        Handlebars.precompile(source, {
          strict: true,
          knownHelpersOnly: true,
          knownHelpers: { if: true, unless: true, each: true },
          explicitPartialContext: true,
          preventIndent: true,
        })
      );
      return `  ${JSON.stringify(name.replace(/\.hbs$/, ""))}: ${code},`;
    }),
  );
  return [
    NOTICE,
    "// From src/report/templates/*.hbs, by Handlebars' precompiler.",
    "/* oxlint-disable */",
    "// @ts-nocheck: compiler output, untyped",
    "export const templates: Readonly<Record<string, object>> = {",
    ...parts,
    "};",
    "",
  ].join("\n");
}

async function assets() {
  const css = await transform(await readFile(join(report, "assets", "report.css"), "utf8"), {
    loader: "css",
    minify: true,
  });
  const js = await transform(await readFile(join(report, "assets", "enhance.js"), "utf8"), {
    loader: "js",
    minify: true,
    target: "es2020",
    format: "iife",
  });
  const style = css.code.trim();
  const script = js.code.trim();
  if (/<\/(?:style|script)/i.test(style + script)) throw new Error("an asset would end its own element");
  return [
    NOTICE,
    "// From src/report/assets/report.css and enhance.js, by esbuild. The hashes are those of the page's policy.",
    `export const STYLE: string = ${JSON.stringify(style)};`,
    `export const STYLE_HASH = ${JSON.stringify(hashOf(style))};`,
    `export const SCRIPT: string = ${JSON.stringify(script)};`,
    `export const SCRIPT_HASH = ${JSON.stringify(hashOf(script))};`,
    "",
  ].join("\n");
}

const check = process.argv.includes("--check");
let stale = 0;
for (const [name, text] of [
  ["templates.gen.ts", await templates()],
  ["assets.gen.ts", await assets()],
]) {
  const path = join(report, name);
  const before = await readFile(path, "utf8").catch(() => null);
  if (before === text) continue;
  if (check) {
    stale++;
    console.error(`src/report/${name} is not what its sources give: run node scripts/build-assets.mjs`);
  } else {
    await writeFile(path, text);
    console.log(`wrote src/report/${name} (${text.length} characters)`);
  }
}
if (stale > 0) process.exitCode = 1;
