// Real captures, whole: the archive, the same unpacked, renamed, and as a plain tar.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sharedFolder } from "../project/shared.ts";
import { put, type ReadCapture, readAll, scratch } from "./helpers.ts";

const captures = sharedFolder("captures");
const folder = scratch();

const contents = ({ files }: ReadCapture): Record<string, unknown> =>
  Object.fromEntries(
    files.map(({ path, text, baseName, nodePath, tick, realMs, bytes, modifiedMs }) => [
      path,
      [
        createHash("md5").update(text).digest("hex"),
        baseName,
        nodePath,
        tick,
        realMs,
        bytes,
        Math.floor((modifiedMs ?? 0) / 1000),
      ],
    ]),
  );

describe.skipIf(captures === null)("real captures", () => {
  const all = captures === null ? [] : readdirSync(captures).filter((name) => name.endsWith(".tgz"));

  it.each(all)("%s: every file of the archive, with the archive's hash", async (name) => {
    const path = join(captures ?? "", name);
    const { files, problems, layout, summary } = await readAll(path);
    const listed = execFileSync("tar", ["-tzf", path], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line !== "" && !line.endsWith("/"))
      .map((line) => line.slice(line.indexOf("/") + 1));
    expect(files.map((file) => file.path)).toEqual(listed);
    expect(problems).toEqual([]);
    expect(layout).toBe("lab-ticks");
    const bytes = readFileSync(path);
    expect(summary).toEqual({
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      files: listed.length,
      integrity: null,
    });
    for (const file of files) expect(file.text.length, file.path).toBe(file.bytes);
  });

  it("gives the same from the archive, its directory, a plain tar and a name that says nothing", async () => {
    const path = join(captures ?? "", "d1-container-oom-loop-6.12.tgz");
    const unpacked = join(folder, "unpacked");
    mkdirSync(unpacked);
    execFileSync("tar", ["-xzf", path, "-C", unpacked]);
    const archive = await readAll(path);
    const expected = contents(archive);
    expect(contents(await readAll(put(folder, "evidence", readFileSync(path))))).toEqual(expected);
    expect(contents(await readAll(put(folder, "x.png", gunzipSync(readFileSync(path)))))).toEqual(expected);
    // once with the top folder inside, once the top folder itself
    expect(contents(await readAll(unpacked))).toEqual(expected);
    const directory = await readAll(join(unpacked, "d1-container-oom-loop-6.12"));
    expect(contents(directory)).toEqual(expected);
    expect(directory).toMatchObject({ layout: "lab-ticks", problems: [], name: "d1-container-oom-loop-6.12" });
    expect(directory.summary).toMatchObject({ sha256: null, integrity: null, files: archive.summary.files });
    const ticks = [...new Set(directory.files.map(({ tick }) => tick).filter((tick) => tick !== null))];
    expect(ticks).toEqual(ticks.toSorted());
    expect(existsSync(join(unpacked, "d1-container-oom-loop-6.12/ticks", ticks[0] ?? ""))).toBe(true);
  });

  it("knows where the files of c1 stood on the node, and when its ticks were taken", async () => {
    const { files } = await readAll(join(captures ?? "", "c1-both-6.12.tgz"));
    const at = (path: string) => files.find((file) => file.path === path);
    expect(at("ticks/1795482763.272/meminfo")).toMatchObject({
      nodePath: "/proc/meminfo",
      tick: "1795482763.272",
      realMs: 1_795_482_763_272,
    });
    expect(at("ticks/1795482763.272/pressure.memory")?.nodePath).toBe("/proc/pressure/memory");
    expect(at("ticks/1795482763.272/cgroups")?.nodePath).toBeNull();
    expect(at("kubelet-config.yaml")?.nodePath).toBe("/var/lib/kubelet/config.yaml");
    expect(at("os-release")?.nodePath).toBe("/etc/os-release");
    expect(at("journal-kernel.json")).toMatchObject({ nodePath: null, tick: null });
    expect(new Set(files.map(({ tick }) => tick)).size - 1).toBe(589);
  });
});
