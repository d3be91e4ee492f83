// What cannot be analysed gets one sentence, what to do, and status 1; what can in part is.
import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { put, scratch, tarOf } from "../collect/helpers.ts";
import { textOf } from "../project/tree.ts";
import { run } from "./run.ts";

const folder = scratch();
const dmesg = textOf("test/fixtures/cli/container-kill.dmesg");
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52]);

const unusable: readonly (readonly [string, string, RegExp, RegExp])[] = [
  ["an empty file", put(folder, "empty.tgz", ""), /the file is empty$/, /./],
  ["an empty directory", join(folder, "void"), /there is no file in this directory$/, /./],
  ["a picture", put(folder, "x.png", PNG), /it is no file of a kind that is known$/, /give a bundle of collect\.sh/],
  [
    "a picture that is called a bundle",
    put(folder, "y.tgz", PNG),
    /it is no file of a kind that is known$/,
    /give a bundle/,
  ],
  [
    "an archive of nothing known",
    put(
      folder,
      "z.tgz",
      gzipSync(
        await tarOf([
          { name: "a/x.png", content: PNG },
          { name: "a/y.png", content: PNG },
        ]),
      ),
    ),
    /none of its 2 files is of a kind that is known$/,
    /give a bundle/,
  ],
  ["a missing path", join(folder, "nope.tgz"), /there is no .*nope\.tgz$/, /give the path/],
  [
    "xz data",
    put(folder, "z.tar.xz", new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2])),
    /this is xz data, which is not read yet$/,
    /xz -d/,
  ],
  [
    "the first bytes of a bundle",
    put(folder, "cut.tgz", gzipSync(dmesg).subarray(0, 14)),
    /ends before its end/,
    /copy the file again/,
  ],
  ["a device", "/dev/null", /neither a file nor a directory$/, /give the path/],
];
mkdirSync(join(folder, "void"));

describe("what cannot be analysed", () => {
  it.each(unusable)("%s", async (_what, path, message, help) => {
    const cwd = join(folder, "void");
    const { status, out, err } = await run(["analyze", path], { cwd });
    expect({ status, out }).toEqual({ status: 1, out: "" });
    const [first = "", second = "", ...rest] = err.split("\n");
    expect(first).toMatch(/^error: /);
    expect(first).toMatch(message);
    expect(second).toMatch(/^ {3}= help: /);
    expect(second).toMatch(help);
    expect(rest, "no stack").toEqual([""]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.skipIf(process.geteuid?.() !== 0)("a directory without permission", async () => {
    const closed = join(folder, "closed");
    put(closed, "kmsg", dmesg);
    chmodSync(folder, 0o755);
    chmodSync(closed, 0o700);
    const { status, out, err } = await run(["analyze", closed], { uid: 65_534, cwd: "/" });
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^error: .*closed may not be read by this user\n {3}= help: .*\n$/);
  });

  it("writes nothing to standard output where the document was to go there", async () => {
    expect(await run(["analyze", join(folder, "empty.tgz"), "-f", "json", "-o", "-"])).toMatchObject({
      status: 1,
      out: "",
    });
  });
});

describe("what can be analysed in part", () => {
  it("a bundle that ends early: as far as it goes, and it says where it ends", async () => {
    const tar = await tarOf([
      { name: "n/dmesg", content: dmesg },
      { name: "n/kubelet.log", content: "x".repeat(20_000) },
    ]);
    const path = put(folder, "early.tar", tar.subarray(0, tar.length - 15_000));
    const { status, out, err } = await run(["analyze", path, "-f", "json", "-o", "-"]);
    expect(status).toBe(0);
    expect(err).toMatch(
      /^warning\[input-truncated\]: the input ends early: inside kubelet\.log, after [\d,]+ of its 20,000 bytes\n {2}--> early\.tar\n {3}= costs: /m,
    );
    const { diagnostics, oomKills } = JSON.parse(out) as Analysis;
    expect(diagnostics.map(({ code }) => code)).toContain("input-truncated");
    expect(oomKills.flatMap(({ victims }) => victims.map(({ pid }) => pid)).toSorted()).toEqual([1014, 1028]);
  });

  it("the same with --strict is status 3, and written all the same", async () => {
    const path = join(folder, "early.tar");
    const target = join(folder, "strict.json");
    expect((await run(["analyze", path, "--strict", "-q", "-o", target])).status).toBe(3);
    expect((JSON.parse(readFileSync(target, "utf8")) as Analysis).oomKills.length).toBe(1);
  });

  it("names in an archive cannot write to the terminal", async () => {
    const tar = await tarOf([
      { name: "n/dmesg", content: dmesg },
      { name: "n/../\u001b]0;owned\u0007\u001b[2J", content: "?" },
    ]);
    const { status, err } = await run([
      "analyze",
      put(folder, "esc.tar", tar),
      "--verbose",
      "-o",
      join(folder, "esc.html"),
    ]);
    expect(status).toBe(0);
    expect(err).toContain("unsafe-name");
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
});
