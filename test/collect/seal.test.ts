import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Entry, logText, put, readAll, scratch, tarOf } from "./helpers.ts";

const folder = scratch();
const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

const FILES: readonly Required<Pick<Entry, "name" | "content">>[] = [
  { name: "manifest.json", content: '{"state":"sealed"}\n' },
  { name: "clock.tsv", content: "1.00\t-\t-\n" },
  { name: "logs/kmsg.000001.gz", content: gzipSync("6,1,1,-;line\n".repeat(50)) },
  // more than is read to look at its beginning
  { name: "logs/kubelet.000001.gz", content: gzipSync(logText(40_000), { level: 1 }) },
  { name: "node/start/proc/version", content: "Linux version 6.12.0\n" },
  { name: "ticks/000001.fast.gz", content: gzipSync("@@ memforensics 1 tier=fast\n") },
];
const sums = FILES.map(({ name, content }) => `${sha256(content)}  ${name}\n`).join("");
const SEAL = { name: "SHA256SUMS", content: sums };

const bundle = async (entries: readonly Entry[]) => {
  const tar = await tarOf(entries.map((entry) => ({ ...entry, name: `node-7-20261124T011500Z/${entry.name}` })));
  return readAll(put(folder, "node-7.tgz", gzipSync(tar)));
};

describe("the seal of a bundle", () => {
  it.each(["last", "first"])("fits where every file is as it was (SHA256SUMS %s)", async (place) => {
    const read = await bundle(place === "last" ? [...FILES, SEAL] : [SEAL, ...FILES]);
    expect(read.seal).toEqual({ integrity: "verified", altered: [], missing: [], added: [] });
    expect(read.summary).toMatchObject({ integrity: "verified", files: 7 });
    expect(read.layout).toBe("memforensics-1");
    expect(read.files.map(({ path }) => path)).not.toContain("SHA256SUMS");
    expect(read.texts["logs/kmsg.000001.gz"]).toBe("6,1,1,-;line\n".repeat(50));
    expect(read.files.find(({ path }) => path === "node/start/proc/version")?.nodePath).toBe("/proc/version");
  });

  it("fits for a directory", async () => {
    for (const { name, content } of [...FILES, SEAL]) put(join(folder, "unpacked"), name, content);
    expect((await readAll(join(folder, "unpacked"))).seal.integrity).toBe("verified");
  });

  it("names what was altered, taken away and put in", async () => {
    const [manifest, clock, ...rest] = FILES;
    if (manifest === undefined || clock === undefined) throw new Error("no files");
    const read = await bundle([
      manifest,
      { ...clock, content: "1.01\t-\t-\n" },
      ...rest.slice(1),
      { name: "notes.txt", content: "mine" },
      SEAL,
    ]);
    expect(read.seal).toEqual({
      integrity: "mismatch",
      altered: ["clock.tsv"],
      missing: ["logs/kmsg.000001.gz"],
      added: ["notes.txt"],
    });
  });

  it("is missing where the collector did not come to write it", async () => {
    expect((await bundle(FILES)).seal.integrity).toBe("unsealed");
  });

  it("is looked for in bundles of ours only", async () => {
    expect(
      (
        await bundle([
          { name: "kmsg", content: "x" },
          { name: "SHA256SUMS", content: `${sha256("y")}  kmsg\n` },
        ])
      ).seal.integrity,
    ).toBeNull();
  });

  it("is checked though nobody reads the files", async () => {
    const { openCapture } = await import("../../src/collect/open-capture.ts");
    for (const input of ["node-7.tgz", "unpacked"]) {
      await bundle([...FILES, SEAL]);
      const capture = await openCapture(join(folder, input), () => undefined);
      for await (const file of capture.files()) expect(file.path).not.toBe("");
      expect(capture.seal().integrity, input).toBe("verified");
    }
  });
});
