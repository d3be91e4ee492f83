import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { logText, put, type ReadCapture, readAll, scratch, tarOf } from "./helpers.ts";

const folder = scratch();

const CONTENTS: Readonly<Record<string, string>> = {
  "ticks/1795482763.272/meminfo": "MemTotal:        3911208 kB\nMemFree:          150000 kB\n",
  "ticks/1795482763.272/cgroups": logText(900, 3),
  kmsg: logText(2000, 5),
  empty: "",
  "journal-kubelet.short": logText(1500, 9),
};
const tar = await tarOf([
  { name: "c1/", type: "directory" },
  ...Object.entries(CONTENTS).map(([name, content]) => ({ name: `c1/${name}`, content })),
]);
const tgz = gzipSync(tar);

/** What is there is right, and only the last file may be incomplete. */
const expectPrefix = ({ files }: ReadCapture): void => {
  const names = Object.keys(CONTENTS);
  expect(files.map(({ path }) => path)).toEqual(names.slice(0, files.length));
  files.forEach(({ path, text }, i) => {
    const whole = CONTENTS[path] ?? "";
    if (i < files.length - 1) expect(text.length, path).toBe(whole.length);
    expect(whole.startsWith(text), path).toBe(true);
  });
};

describe("an archive that ends early", () => {
  it("whole, it has no problem", async () => {
    expect(await readAll(put(folder, "whole.tgz", tgz))).toMatchObject({
      problems: [],
      texts: CONTENTS,
      layout: "lab-ticks",
    });
    expect(await readAll(put(folder, "whole.tar", tar))).toMatchObject({ problems: [], texts: CONTENTS });
  });

  it("gzipped and cut anywhere, gives all that inflates and says where it ends", async () => {
    for (let end = 600; end < tgz.length; end += 1733) {
      const read = await readAll(put(folder, "cut.tgz", tgz.subarray(0, end)));
      expect(read.codes, `cut at ${end}`).toEqual(["input-truncated"]);
      expectPrefix(read);
      // nothing that zlib gives is lost on the way
      const inflated = gunzipSync(tgz.subarray(0, end), { finishFlush: 2 }).length;
      const last = read.files.at(-1);
      const told = /inside (\S+), after ([\d,]+) of its ([\d,]+) bytes/.exec(read.problems[0]?.message ?? "");
      if (told !== null) {
        expect(told[1]).toBe(last?.path);
        expect(Number(told[2]?.replaceAll(",", ""))).toBe(last?.text.length);
        const before = tar.indexOf(Buffer.from(last?.text.slice(0, 200) ?? ""));
        expect(before + (last?.text.length ?? 0)).toBe(inflated);
      } else if (last !== undefined) expect(read.problems[0]?.message).toContain(`after ${last.path}`);
      expect(read.summary.bytes).toBe(end);
    }
  });

  it("plain and cut anywhere, too", async () => {
    for (let end = 512; end < tar.length - 1024; end += 12_345) {
      const read = await readAll(put(folder, "cut.tar", tar.subarray(0, end)));
      expect(read.codes, `cut at ${end}`).toEqual(["input-truncated"]);
      expectPrefix(read);
    }
  });

  it("names the file and the bytes of it that are there", async () => {
    const start = tar.indexOf(Buffer.from(CONTENTS["kmsg"] ?? ""));
    const { problems, texts } = await readAll(put(folder, "cut.tar", tar.subarray(0, start + 1000)));
    const size = (CONTENTS["kmsg"] ?? "").length.toLocaleString("en-US");
    expect(problems[0]).toMatchObject({
      code: "input-truncated",
      severity: "warning",
      file: "cut.tar",
      message: `the input ends early: inside kmsg, after 1,000 of its ${size} bytes`,
    });
    expect(texts["kmsg"]?.length).toBe(1000);
  });

  it("says so where no file is left", async () => {
    expect((await readAll(put(folder, "cut.tgz", tgz.subarray(0, 12)))).codes).toEqual(["input-truncated"]);
  });
});

describe("a damaged archive", () => {
  it("is read up to the damage", async () => {
    const damaged = Buffer.from(tar);
    const start = damaged.indexOf(Buffer.from("c1/journal-kubelet.short"));
    damaged.fill(0x41, start + 148, start + 156);
    const { codes, problems, texts } = await readAll(put(folder, "damaged.tar", damaged));
    expect(codes).toEqual(["input-damaged"]);
    expect(problems[0]?.message).toContain("after empty");
    expect(Object.keys(texts)).toEqual([
      "ticks/1795482763.272/meminfo",
      "ticks/1795482763.272/cgroups",
      "kmsg",
      "empty",
    ]);
    expect(texts["kmsg"]).toBe(CONTENTS["kmsg"]);
  });

  it("gzipped, is read up to the damage and says that the end may be wrong", async () => {
    const damaged = Buffer.from(tgz);
    damaged.fill(0xff, 30_000, 30_050);
    const read = await readAll(put(folder, "damaged.tgz", damaged));
    expect(read.codes).toEqual(["input-damaged"]);
    expect(read.texts["ticks/1795482763.272/meminfo"]).toBe(CONTENTS["ticks/1795482763.272/meminfo"]);
    expect(read.summary.bytes).toBe(damaged.length);
  });
});

describe("gzip inside", () => {
  const log = logText(800, 21);

  it("is undone; the path keeps its name", async () => {
    const bundle = await tarOf([{ name: "node-7/logs/kmsg.000001.gz", content: gzipSync(log) }]);
    const { files } = await readAll(put(folder, "b.tgz", gzipSync(bundle)));
    expect(files).toMatchObject([
      {
        path: "logs/kmsg.000001.gz",
        baseName: "kmsg.000001",
        text: log,
        head: log.slice(0, 4096),
        bytes: gzipSync(log).length,
      },
    ]);
  });

  it("cut, costs its own end only", async () => {
    const cut = gzipSync(log).subarray(0, 5000);
    const bundle = await tarOf([
      { name: "logs/kmsg.gz", content: cut },
      { name: "after", content: "here\n" },
    ]);
    const { texts, problems } = await readAll(put(folder, "b.tar", bundle));
    expect(log.startsWith(texts["logs/kmsg.gz"] ?? "x")).toBe(true);
    expect(texts["logs/kmsg.gz"]?.length).toBeGreaterThan(5000);
    expect(texts["after"]).toBe("here\n");
    expect(problems).toMatchObject([{ code: "gzip-truncated", file: "logs/kmsg.gz", severity: "warning" }]);
  });

  it("and the archive around it cut: one problem, not two", async () => {
    const bundle = await tarOf([{ name: "logs/kmsg.gz", content: gzipSync(log) }]);
    expect((await readAll(put(folder, "b.tar", bundle.subarray(0, 4000)))).codes).toEqual(["input-truncated"]);
  });

  it("torn and written on: both parts are there, and no line is glued", async () => {
    const torn = Buffer.concat([gzipSync(log).subarray(0, 3000), gzipSync("second member\n")]);
    const { texts, codes } = await readAll(
      put(folder, "b.tar", await tarOf([{ name: "logs/kmsg.gz", content: torn }])),
    );
    expect(codes).toEqual(["gzip-torn"]);
    expect(texts["logs/kmsg.gz"]?.endsWith("\nsecond member\n")).toBe(true);
  });

  it("a single gzipped text is an input", async () => {
    const { files, layout, codes } = await readAll(put(folder, "dmesg.txt.gz", gzipSync(log)));
    expect({ files, layout, codes }).toMatchObject({
      files: [{ path: "dmesg.txt.gz", baseName: "dmesg.txt", text: log }],
      layout: "loose",
      codes: [],
    });
    const cut = await readAll(put(folder, "dmesg.gz", gzipSync(log).subarray(0, 2000)));
    expect(cut.codes).toEqual(["input-truncated"]);
    expect(log.startsWith(cut.files[0]?.text ?? "x")).toBe(true);
  });

  it("twice over, is undone twice", async () => {
    expect((await readAll(put(folder, "log.gz", gzipSync(gzipSync(log))))).files[0]?.text).toBe(log);
  });
});

const inner = await tarOf([{ name: "top/dmesg", content: "inside\n" }]);

describe("archives inside archives", () => {
  it("one inside another is opened", async () => {
    const outer = await tarOf([
      { name: "x/nodes/sysinfo.tgz", content: gzipSync(inner) },
      { name: "x/plain.tar", content: inner },
    ]);
    const { texts, codes } = await readAll(put(folder, "o.tar", outer));
    expect(texts).toEqual({ "nodes/sysinfo.tgz/dmesg": "inside\n", "plain.tar/dmesg": "inside\n" });
    expect(codes).toEqual([]);
  });

  it("a third level is not, and is said", async () => {
    const middle = await tarOf([
      { name: "m/inner.tar", content: inner },
      { name: "m/log", content: "seen\n" },
    ]);
    const { texts, problems } = await readAll(
      put(folder, "o.tar", await tarOf([{ name: "o/middle.tgz", content: gzipSync(middle) }])),
    );
    expect(texts).toEqual({ "middle.tgz/log": "seen\n" });
    expect(problems).toMatchObject([{ code: "archive-too-deep", file: "middle.tgz/inner.tar" }]);
  });
});

describe("what is no capture", () => {
  it("an empty file", async () => {
    expect(await readAll(put(folder, "empty", ""))).toMatchObject({
      files: [{ text: "" }],
      codes: ["input-empty"],
      summary: { bytes: 0 },
    });
  });

  it.each([
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]],
    ["bzip2", [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26]],
    ["zip", [0x50, 0x4b, 3, 4, 0]],
    ["7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ])("%s data is named, with what undoes it", async (kind, magic) => {
    const { files, problems } = await readAll(put(folder, "bundle.tgz", new Uint8Array(magic)));
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ severity: "error", code: "compression-unsupported", file: "bundle.tgz" }]);
    expect(problems[0]?.message).toContain(kind);
    expect(problems[0]?.costs).toMatch(/undo it with/);
  });

  it("text that begins like bzip2 is text", async () => {
    expect((await readAll(put(folder, "t", "BZh9 is how bzip2 begins\n"))).files[0]?.text).toBe(
      "BZh9 is how bzip2 begins\n",
    );
  });
});
