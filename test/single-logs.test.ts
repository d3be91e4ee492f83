// One log alone gives a useful report that says what is missing and what it would have decided.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Analysis } from "../src/model/analysis.ts";
import { analysed } from "./analysed.ts";

const CAPTURE = "../shared/captures/c1-both-6.12.tgz";
const present = existsSync(CAPTURE);
if (!present) console.warn(`SKIPPED: ${CAPTURE} is not here, so single logs of it are not analysed`);
if (!present && process.env["CI"]) throw new Error(`${CAPTURE} is demanded in CI`);

describe.skipIf(!present)("one log of c1 alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "memforensics-"));
  const LOGS = ["dmesg.raw", "kmsg", "journal-kubelet.short-precise", "journal-kubelet.cat"];
  beforeAll(() => {
    execFileSync("tar", [
      "xzf",
      CAPTURE,
      "-C",
      folder,
      "--strip-components=1",
      ...LOGS.map((name) => `c1-both-6.12/${name}`),
    ]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const of = (name: string): Promise<Analysis> => analysed(join(folder, name));

  it("dmesg: the kills, their scope and victims, in seconds after boot; what the kubelet did is not known", async () => {
    const a = await of("dmesg.raw");
    expect(a.oomKills.map((k) => [k.scope, k.victims[0]?.pid, k.at.unixMs, k.at.bootSec])).toEqual([
      ["node", 1031, null, 535.386823],
      ["node", 1262, null, 712.879833],
    ]);
    expect([a.verdict.outcome, a.verdict.marginMs]).toEqual(["undetermined", null]);
    expect(a.verdict.sentence).toMatch(/The kubelet's journal of that time would decide/);
    expect(a.diagnostics.map((d) => d.code)).toContain("printk-unbound");
    expect(a.incidents.map((i) => i.race?.floorBytes)).toEqual([166_277_120, 166_227_968]);
  });

  it("the kubelet's journal: it tells of the kills itself, and of its own eviction after them", async () => {
    const a = await of("journal-kubelet.short-precise");
    expect(a.oomKills.map((k) => [k.scope, k.victims[0]?.pid, k.knownFrom])).toEqual([
      ["node", 1031, "event"],
      ["node", 1262, "event"],
    ]);
    expect(a.verdict.outcome).toBe("kernel-won");
    expect(Math.abs((a.verdict.marginMs ?? 0) - 20_776)).toBeLessThanOrEqual(a.verdict.marginUncertaintyMs ?? 0);
    expect(a.verdict.marginUncertaintyMs).toBeGreaterThanOrEqual(500);
    expect(a.evictions.map((e) => [e.at.utc, e.pods[0]?.name])).toEqual([["2026-11-24T01:19:15.230Z", "prometheus-0"]]);
    expect(a.coverage.sources).toMatchObject({ kernelLog: "absent", kubeletLog: "present", meminfo: "absent" });
  });

  it("the same journal without any of the journal's own stamps", async () => {
    const a = await of("journal-kubelet.cat");
    expect([a.verdict.outcome, a.evictions[0]?.at.utc]).toEqual(["kernel-won", "2026-11-24T01:19:15.230Z"]);
  });
});
