import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { CannotOpen } from "../../src/collect/cannot-open.ts";
import { openRegularFile } from "../../src/collect/file-source.ts";
import { openCapture } from "../../src/collect/open-capture.ts";
import { put, readAll, scratch, tarOf } from "./helpers.ts";

const folder = scratch();

describe("a directory", () => {
  it("is walked in the same order always, ticks by their time", async () => {
    const root = join(folder, "order");
    for (const name of [
      "b",
      "a/2",
      "a/10",
      "ticks/1795482764.1/uptime",
      "ticks/1795482763.272/uptime",
      "ticks/999999999.5/uptime",
      "B",
    ])
      put(root, name, "x");
    expect((await readAll(root)).files.map(({ path }) => path)).toEqual([
      "B",
      "a/2",
      "a/10",
      "b",
      "ticks/999999999.5/uptime",
      "ticks/1795482763.272/uptime",
      "ticks/1795482764.1/uptime",
    ]);
  });

  it("may hold what is no file: said, not followed, not waited for", async () => {
    const root = join(folder, "odd");
    put(root, "kmsg", "text");
    put(folder, "outside", "secret");
    symlinkSync(join(folder, "outside"), join(root, "link"));
    symlinkSync(".", join(root, "loop"));
    execFileSync("mkfifo", [join(root, "pipe")]);
    const server = createServer().listen(join(root, "socket"));
    afterAll(() => server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { texts, problems } = await readAll(root);
    expect(texts).toEqual({ kmsg: "text" });
    expect(problems.map(({ code, file }) => [code, file])).toEqual([
      ["link-ignored", "link"],
      ["special-file-ignored", "pipe"],
    ]);
    expect(problems[1]?.message).toContain("1 more");
  });

  it("may hold files and folders that may not be read", async () => {
    const root = join(folder, "closed");
    put(root, "kmsg", "text");
    put(root, "mine/secret", "x");
    chmodSync(put(root, "secret", "x"), 0);
    chmodSync(join(root, "mine"), 0);
    chmodSync(folder, 0o755);
    const asRoot = process.geteuid?.() === 0;
    if (asRoot) process.seteuid?.(65_534);
    try {
      const { texts, problems } = await readAll(root);
      expect(texts).toEqual({ kmsg: "text" });
      expect(problems).toMatchObject([{ code: "file-unreadable", severity: "warning", file: "mine/" }]);
      await expect(openCapture(join(root, "mine"), () => undefined)).rejects.toThrow("may not be read by this user");
    } finally {
      if (asRoot) process.seteuid?.(0);
      chmodSync(join(root, "mine"), 0o700);
    }
  });

  it("may hold archives and compressed files", async () => {
    const root = join(folder, "mixed");
    put(root, "dmesg.gz", gzipSync("kernel\n"));
    put(root, "more.tgz", gzipSync(await tarOf([{ name: "t/kubelet.log", content: "kubelet\n" }])));
    expect((await readAll(root)).texts).toEqual({ "dmesg.gz": "kernel\n", "more.tgz/kubelet.log": "kubelet\n" });
  });

  it("may grow while it is read", async () => {
    const root = join(folder, "growing");
    const path = put(root, "kmsg", "a".repeat(600_000));
    const capture = await openCapture(root, () => undefined);
    let length = 0;
    for await (const file of capture.files()) {
      for await (const chunk of file.chunks()) {
        length += chunk.length;
        writeFileSync(path, "b".repeat(1000), { flag: "a" });
      }
    }
    expect(length).toBe(600_000);
  });

  it("without a file is said to be empty", async () => {
    mkdirSync(join(folder, "empty/sub"), { recursive: true });
    expect(await readAll(join(folder, "empty"))).toMatchObject({
      files: [],
      problems: [{ code: "input-empty", severity: "error" }],
    });
  });
});

describe("a file that became something else since the directory was listed", () => {
  it("is neither followed nor waited for", () => {
    execFileSync("mkfifo", [join(folder, "was-a-file")]);
    expect(openRegularFile(join(folder, "was-a-file"), () => undefined)).toBeNull();
    symlinkSync(put(folder, "target", "secret"), join(folder, "was-a-file-too"));
    expect(() => openRegularFile(join(folder, "was-a-file-too"), () => undefined)).toThrow("ELOOP");
  });
});

describe("what cannot be opened", () => {
  const failure = async (path: string): Promise<CannotOpen> => {
    const error: unknown = await openCapture(path, () => undefined).catch((reason: unknown) => reason);
    if (error instanceof CannotOpen) return error;
    throw new Error("it was opened");
  };

  it("a missing path", async () => {
    expect((await failure(join(folder, "nope"))).message).toBe(`there is no ${join(folder, "nope")}`);
    expect((await failure(join(put(folder, "file", "x"), "below"))).message).toContain("there is no");
  });

  it("a device", async () => {
    expect((await failure("/dev/null")).message).toBe("/dev/null is neither a file nor a directory");
  });
});
