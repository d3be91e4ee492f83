// collect → parse → timeline → diagnose → report: nothing imports against the flow.
import { describe, expect, it } from "vitest";
import { type Import, importsOf, projectFiles } from "./tree.ts";

/** What the files of a folder may import besides their own folder. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  collect: ["model"],
  parse: ["model", "collect"],
  timeline: ["model", "parse"],
  diagnose: ["model", "parse", "timeline"],
  // Every output is drawn from the analysis document and says nothing that it does not hold.
  report: ["model"],
  cli: ["model", "collect", "parse", "timeline", "diagnose", "report", "analyze.ts"],
  "analyze.ts": ["model", "collect", "parse", "timeline", "diagnose", "report"],
};

/** One owner for each package, so that replacing one touches one folder. */
const PACKAGE_OWNERS: Record<string, readonly string[]> = {
  typebox: ["model", "cli"],
  fzstd: ["collect"],
  "tar-stream": ["collect"],
  yaml: ["parse"],
  handlebars: ["report"],
  "date-fns": ["report", "timeline", "parse"],
  yargs: ["cli"],
};

const sources = projectFiles().filter((path) => path.startsWith("src/") && path.endsWith(".ts"));
const imports = sources.flatMap(importsOf);
const folderOf = (path: string): string => path.split("/")[1] ?? "";
const show = (found: readonly Import[]): string[] => found.map(({ from, to }) => `${from} imports ${to}`);
const isOurs = ({ to }: Import): boolean => to.startsWith("src/");
const packageOf = (to: string): string =>
  to
    .split("/")
    .slice(0, to.startsWith("@") ? 2 : 1)
    .join("/");

describe("import direction", () => {
  it("sees the imports", () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter(isOurs).filter(({ to }) => !sources.includes(to) && !to.endsWith(".gen.ts"))).toEqual([]);
  });

  it("follows the flow", () => {
    const against = imports.filter(isOurs).filter(({ from, to }) => {
      const [here, there] = [folderOf(from), folderOf(to)];
      return here !== there && !(MAY_IMPORT[here] ?? []).includes(there);
    });
    expect(show(against)).toEqual([]);
  });

  it("keeps files, clocks and processes in src/cli and src/collect", () => {
    const node = imports.filter(
      ({ from, to }) => to.startsWith("node:") && !["cli", "collect"].includes(folderOf(from)),
    );
    expect(show(node)).toEqual([]);
    // A type of src/collect costs a browser nothing; its code would drag Node in.
    const code = imports.filter(({ from, to, typeOnly }) => {
      return !typeOnly && to.startsWith("src/collect/") && !["cli", "collect"].includes(folderOf(from));
    });
    expect(show(code)).toEqual([]);
  });

  it("leaves each package to its owner", () => {
    const strangers = imports
      .filter((one) => !isOurs(one) && !one.to.startsWith("node:"))
      .filter(({ from, to }) => !(PACKAGE_OWNERS[packageOf(to)] ?? []).includes(folderOf(from)));
    expect(show(strangers)).toEqual([]);
  });
});
