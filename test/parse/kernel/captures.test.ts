// The captures hold the kernel's log in up to seventeen forms: each must tell the same kills, and all together each of them once.
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import type { LogFacts } from "../../../src/model/facts.ts";
import type { OomTask } from "../../../src/model/kernel.ts";
import { assembleKills } from "../../../src/timeline/kills/assemble.ts";
import { sharedFolder } from "../../project/shared.ts";
import { unplaced } from "../../timeline/kills/unplaced.ts";
import { killsOf, readBytes, reportsOf } from "./read-log.ts";

const folder = sharedFolder("captures");
/** The serial console goes on after the capture ended, so it is held apart. */
const KERNEL_LOG = /\/(?:dmesg[^/]*|kmsg|journal-kernel[^/]*|journal-all[^/]*)$/;

const logsOf = async (capture: string): Promise<LogFacts[]> => {
  const tar = createReadStream(join(folder ?? "", `${capture}.tgz`))
    .pipe(createGunzip())
    .pipe(extract());
  const logs: LogFacts[] = [];
  for await (const entry of tar) {
    const { name } = entry.header;
    const parts: Uint8Array[] = [];
    for await (const part of entry as AsyncIterable<Uint8Array>) if (KERNEL_LOG.test(name)) parts.push(part);
    if (parts.length > 0)
      logs.push((await readBytes(new Uint8Array(Buffer.concat(parts)), name.replace(/^[^/]*\//, ""))).facts);
  }
  return logs;
};

const placeless = (row: OomTask) => ({ ...row, from: null });

interface Expectation {
  readonly victims: readonly number[];
}
const expectations = (): [string, Expectation][] =>
  folder === null
    ? []
    : Object.entries(JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as Record<string, Expectation>);

describe.skipIf(folder === null)("kernel logs of the captures", () => {
  it.each(expectations())("%s", async (capture, { victims }) => {
    const logs = await logsOf(capture);
    expect(logs.length).toBeGreaterThanOrEqual(14);
    const kills = (log: LogFacts) => killsOf(log).map((kill) => ({ ...kill, from: null, stamps: null }));
    const raw = logs.find(({ path }) => path === "dmesg.raw");
    const wanted = raw ? kills(raw) : [];
    expect(wanted.map(({ pid }) => pid)).toEqual(victims);
    for (const log of logs) {
      expect({ path: log.path, kills: kills(log) }).toEqual({ path: log.path, kills: wanted });
      for (const report of reportsOf(log)) {
        const expected = raw && reportsOf(raw).find(({ kills: [first] }) => first?.pid === report.kills[0]?.pid);
        expect(report).toMatchObject({ complete: true, missing: [], pageSize: { bytes: 4096, proven: true } });
        expect({ ...report.memInfo, from: null }).toEqual({ ...expected?.memInfo, from: null });
        expect(report.memcgStats.map(({ stats }) => stats)).toEqual(expected?.memcgStats.map(({ stats }) => stats));
        expect(report.tasks?.rows.map(placeless)).toEqual(expected?.tasks?.rows.map(placeless));
      }
    }
    const assembled = assembleKills(logs, unplaced);
    expect(assembled.flatMap((kill) => kill.victims.map(({ pid }) => pid))).toEqual(victims);
    for (const kill of assembled)
      expect(kill).toMatchObject({ complete: true, knownFrom: "report", files: { length: logs.length, 0: "kmsg" } });
  });
});
