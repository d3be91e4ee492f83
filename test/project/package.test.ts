// package.json, its lock and the README agree with each other and with what lies there.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectFiles, root, textOf } from "./tree.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly type: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly man: readonly string[];
  readonly files: readonly string[];
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string; readonly integrity?: string }>
  >;
}

const manifest = JSON.parse(textOf("package.json")) as Manifest;
const lock = JSON.parse(textOf("package-lock.json")) as Lock;
const files = projectFiles();

describe("package.json", () => {
  it("says what the package is", () => {
    expect(manifest.name).toBe("memforensics");
    expect(manifest.license).toBe("Apache-2.0");
    expect(manifest.type).toBe("module");
    expect(manifest.engines.node).toBe(">=20.19");
    expect(manifest.bin).toEqual({ memforensics: "dist/cli/main.js" });
    expect(files).toContain("src/cli/main.ts");
  });

  it("pins every dependency, and each has its line in docs/decisions.md", () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const decisions = textOf("docs/decisions.md");
    expect(
      Object.keys(all).filter((name) => !name.startsWith("@types/") && !decisions.includes(`\`${name}\``)),
    ).toEqual([]);
  });

  it("ships files that exist, and neither tests nor captures", () => {
    for (const path of [...manifest.man, ...manifest.files]) {
      if (path === "dist" || path.includes("*")) continue;
      expect(existsSync(join(root, path)), path).toBe(true);
    }
    expect(manifest.files.filter((path) => /^(test|src|\.)/.test(path))).toEqual([]);
  });

  it("runs scripts that exist", () => {
    const missing = Object.values(manifest.scripts)
      .flatMap((command) => [...command.matchAll(/\b(?:scripts|\.ci)\/[\w./-]+/g)].map(([path]) => path))
      .filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it("has the version of the lock file and of the changelog", () => {
    expect(lock.packages[""]?.version).toBe(manifest.version);
    expect(textOf("CHANGELOG.md")).toContain(`## [${manifest.version}]`);
  });
});

describe("package-lock.json", () => {
  it("takes every package from the default registry, with a checksum", () => {
    const elsewhere = Object.entries(lock.packages).filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"),
    );
    expect(elsewhere).toEqual([]);
    const unchecked = Object.entries(lock.packages).filter(
      ([path, { integrity }]) => path !== "" && integrity === undefined,
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });
});

describe("the README", () => {
  const readme = textOf("README.md");
  const docs = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "samples/README.md", "docs/decisions.md"];

  it("has two commands between its markers, made of npm scripts that exist", () => {
    const commands = [...readme.matchAll(/<!-- command:(\w+) -->\n```sh\n([^\n]+)\n```/g)].map(([, name, line]) => [
      name,
      line,
    ]);
    expect(commands.map(([name]) => name)).toEqual(["first", "second"]);
    for (const [, line = ""] of commands) {
      for (const part of line.split("&&").map((text) => text.trim())) {
        const script = /^npm (?:run )?([\w:-]+)$/.exec(part)?.[1];
        expect(script, part).toBeDefined();
        if (script !== "ci") expect(Object.keys(manifest.scripts), part).toContain(script);
      }
    }
  });

  it.each(docs)("%s links to files that exist", (doc) => {
    const folder = doc.includes("/") ? doc.slice(0, doc.lastIndexOf("/")) : "";
    const targets = [...textOf(doc).matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)#\s"]+)(?:#[^)]*)?[)"]/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target));
    expect(targets.filter((target) => !existsSync(join(root, folder, target)))).toEqual([]);
  });

  it.each(docs)("%s names npm scripts that exist", (doc) => {
    const named = [...textOf(doc).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });
});
