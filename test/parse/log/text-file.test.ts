import { describe, expect, it } from "vitest";
import { textFile } from "../../../src/parse/log/text-file.ts";
import { capturedFile } from "../../timeline/evictions/facts-of.ts";
import { readText } from "../kernel/read-log.ts";

const fileOf = (head: Uint8Array) => capturedFile("x", head);
const claims = (...bytes: number[]): boolean => textFile.claims(fileOf(Uint8Array.from(bytes)));

describe("what is text", () => {
  it("claims text in its encodings and a crash's NULs, not binaries", () => {
    expect(textFile.claims(fileOf(new TextEncoder().encode("müsli\n[  1.0] x")))).toBe(true);
    expect(claims(0xff, 0xfe, 0x61, 0, 0x62, 0)).toBe(true);
    expect(claims(0x61, 0, 0x62, 0, 0x63, 0)).toBe(true);
    expect(textFile.claims(fileOf(new Uint8Array(4096)))).toBe(true);
    expect(textFile.claims(fileOf(new Uint8Array(0)))).toBe(false);
    // a PNG's and an ELF's beginning, and noise
    expect(
      claims(
        0x89,
        0x50,
        0x4e,
        0x47,
        13,
        10,
        26,
        10,
        0,
        0,
        0,
        13,
        0x49,
        0x48,
        0x44,
        0x52,
        0,
        0,
        4,
        0,
        0,
        0,
        3,
        0,
        8,
        6,
        0,
        0,
        0,
      ),
    ).toBe(false);
    expect(claims(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0, 1, 0, 0, 0)).toBe(false);
    expect(
      textFile.claims(fileOf(Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 0xff))),
    ).toBe(false);
  });

  it("says where nothing in a text is known", async () => {
    const { facts, problems } = await readText("once upon a time\nthere was a log\n", "tale.txt");
    expect(problems).toMatchObject([{ code: "nothing-known", file: "tale.txt", severity: "info" }]);
    expect(facts).toMatchObject({ path: "tale.txt", format: "text", lines: 2, kernel: [], kubelet: [], coverage: [] });
  });
});

describe("coverage", () => {
  it("is each speaker's first and last line", async () => {
    const { facts } = await readText(
      [
        "Nov 24 01:00:00 n kernel: a",
        "Nov 24 01:00:05 n kubelet[4]: b",
        "Nov 24 01:00:09 n kernel: c",
        "no speaker",
      ].join("\n"),
      "messages",
    );
    const second = (at: number) => [{ clock: "rfc3164", ms: Date.UTC(2000, 10, 24, 1, 0, at) - Date.UTC(2000, 0, 1) }];
    expect(facts.coverage).toMatchObject([
      {
        ident: "kernel",
        lines: 2,
        first: second(0),
        last: second(9),
        firstRef: { file: "messages", line: 1 },
        lastRef: { line: 3 },
      },
      { ident: "kubelet", lines: 1, first: second(5), last: second(5) },
    ]);
  });
});

const entry = (printk: number, monotonic: number, realtime: number, boot = "a".repeat(32)): string =>
  JSON.stringify({
    __REALTIME_TIMESTAMP: String(realtime),
    __MONOTONIC_TIMESTAMP: String(monotonic),
    _SOURCE_MONOTONIC_TIMESTAMP: String(printk),
    _BOOT_ID: boot,
    _TRANSPORT: "kernel",
    SYSLOG_IDENTIFIER: "kernel",
    MESSAGE: "x",
  });

describe("bindings of clocks", () => {
  it("keep the tightest bound of a boot, and a line every few seconds", async () => {
    const lines = [
      entry(1_000_000, 1_900_000, 10_000_000),
      entry(1_100_000, 1_950_000, 10_050_000), // tighter: 850 ms
      entry(1_200_000, 2_100_000, 10_200_000), // neither tighter nor later
      entry(1_300_000, 1_280_000, 10_300_000), // receipt before printk: printk runs ahead
      entry(9_000_000, 9_950_000, 19_000_000), // seconds later
    ];
    const { facts, bootIds } = await readText(lines.join("\n"));
    expect(facts.bindings.map(({ ref }) => ref.line)).toEqual([1, 2, 4, 5]);
    expect(facts.bindings[2]).toMatchObject({
      bootId: "a".repeat(32),
      stamps: [
        { clock: "printk", ms: 1300 },
        { clock: "receipt", ms: 10_300 },
        { clock: "receipt-monotonic", ms: 1280 },
      ],
    });
    expect(bootIds).toEqual(["a".repeat(32)]);
  });
});

describe("boots", () => {
  const boots = async (...lines: string[]): Promise<(string | null)[]> =>
    (
      await readText(
        lines
          .map((line, i) =>
            line.replace("KILL", `Out of memory: Killed process ${i} (x) total-vm:4kB, anon-rss:4kB, file-rss:0kB`),
          )
          .join("\n"),
        "k.log",
      )
    ).facts.kernel
      .filter(({ kind }) => kind === "oom-report")
      .map(({ bootId }) => bootId);

  it("are told by the kernel's clock falling back", async () => {
    expect(await boots("[ 100.000000] KILL", "[ 200.000000] KILL", "[   9.000000] KILL", "[   5.000000] KILL")).toEqual(
      [null, null, "boot#2 of k.log", "boot#3 of k.log"],
    );
  });

  it("are not told by microseconds between CPUs, nor by the clock being set anew while the kernel starts", async () => {
    expect(await boots("[ 100.000050] KILL", "[ 100.000001] KILL", "[  99.950000] KILL")).toEqual([null, null, null]);
    expect(await boots("[   1.000000] KILL", "[   0.000453] KILL", "[  77.000000] KILL")).toEqual([null, null, null]);
  });

  it("are told by the kernel's banner where lines have no clock of its own", async () => {
    expect(
      await boots(
        "Nov 24 01:00:00 n kernel: KILL",
        "Nov 24 02:00:00 n kernel: Linux version 6.1.0 (x)",
        "Nov 24 02:00:01 n kernel: KILL",
      ),
    ).toEqual([null, "boot#2 of k.log"]);
  });

  it("are the journal's own where it names them, and each machine's own", async () => {
    const kill = '"MESSAGE":"Out of memory: Killed process 7 (x) total-vm:4kB, anon-rss:4kB, file-rss:0kB"';
    const { facts } = await readText(
      [entry(9e6, 9e6, 1e6, "a".repeat(32)), entry(1e6, 1e6, 2e6, "b".repeat(32))]
        .map((line) => line.replace('"MESSAGE":"x"', kill))
        .join("\n"),
    );
    expect(facts.kernel.map(({ bootId }) => bootId)).toEqual(["a".repeat(32), "b".repeat(32)]);
    expect(
      await boots(
        "Nov 24 01:00:00 n1 kernel: [ 900.000000] KILL",
        "Nov 24 01:00:00 n2 kernel: [  20.000000] KILL",
        "Nov 24 01:00:00 n1 kernel: [ 901.000000] KILL",
      ),
    ).toEqual([null, null, null]);
  });
});

describe("mixed forms in one file", () => {
  it("are each read as what they are", async () => {
    const { facts } = await readText(
      [
        "$ dmesg | tail -1",
        "[  598.691216] Out of memory: Killed process 1 (a) total-vm:4kB, anon-rss:4kB, file-rss:0kB",
        "$ journalctl -k -o verbose",
        "Tue 2026-11-24 01:18:22.867906 UTC [s=5dd4e46d178c494ab1e0c7913bef8295;i=d30;b=e200160902ad4e6cb1e8c041f88d16c4;m=23af3423;t=660fb7c8bf1c2;x=7ed69394c38bf554]",
        "    MESSAGE=Out of memory: Killed process 2 (b) total-vm:4kB, anon-rss:4kB, file-rss:0kB",
        "    _TRANSPORT=kernel",
        "    _SOURCE_MONOTONIC_TIMESTAMP=598700000",
        "$ cat /var/log/kern.log",
        "Nov 24 01:18:25 worker-1 kernel: Out of memory: Killed process 3 (c) total-vm:4kB, anon-rss:4kB, file-rss:0kB",
        "5,9,599000000,-;Out of memory: Killed process 4 (d) total-vm:4kB, anon-rss:4kB, file-rss:0kB",
      ].join("\n"),
    );
    expect(
      facts.kernel.map(({ from, stamps, bootId }) => [from[0].line, stamps.map(({ clock }) => clock).join(), bootId]),
    ).toEqual([
      [2, "printk", null],
      [5, "printk,receipt,receipt-monotonic", "e200160902ad4e6cb1e8c041f88d16c4"],
      [9, "rfc3164", null],
      [10, "printk", null],
    ]);
  });
});
