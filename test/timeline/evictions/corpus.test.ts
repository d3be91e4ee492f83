// Real logs of public issues beside this project, where they are: what the kubelet's side of each says, held against hand-checked facts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assembleEvictions } from "../../../src/timeline/evictions/assemble.ts";
import { kubeletOomTold } from "../../../src/timeline/evictions/oom-told.ts";
import { assembleUserspaceKills } from "../../../src/timeline/evictions/userspace-kills.ts";
import { buildClocks } from "../../../src/timeline/clocks/clocks.ts";
import { factsOf } from "./facts-of.ts";

const FOLDER = join(import.meta.dirname, "../../../../shared/corpus/kubelet");

interface Sidecar {
  readonly evictions: readonly {
    readonly signal: string | null;
    readonly resource: string | null;
    readonly thresholdText: string | null;
    readonly observedText: string | null;
    readonly completed: boolean | null;
    readonly failed: boolean;
    readonly pods: readonly { readonly namespace: string | null; readonly name: string; readonly uid: string | null }[];
  }[];
  readonly oomEvents: readonly {
    readonly pid: number | null;
    readonly comm: string | null;
    readonly optional?: boolean;
    readonly source: string;
  }[];
  readonly userspaceKills: readonly { readonly daemon: string; readonly target: string }[];
  readonly mayName?: readonly string[];
}

const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
const bytesOf = (text: string | null): number | null => {
  const match = /: (\d+)(Ki|Mi|Gi)?$/.exec(text ?? "");
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
};
const isMemory = (x: { readonly signal: string | null; readonly resource: string | null }): boolean =>
  /memory/.test(x.signal ?? "") || x.resource === "memory";

if (!existsSync(FOLDER)) {
  if (process.env["CI"]) throw new Error(`${FOLDER} is missing`);
  console.warn(`skipped: ${FOLDER} is not here`);
}

describe.skipIf(!existsSync(FOLDER))("corpus of kubelet texts", () => {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((n) => n.endsWith(".log")) : [];
  test.each(names)("%s", async (name) => {
    const want: Sidecar = JSON.parse(readFileSync(join(FOLDER, name.replace(/log$/, "json")), "utf8"));
    const facts = await factsOf([join(FOLDER, name)]);
    const clocks = buildClocks(facts);
    const evictions = assembleEvictions(facts, (stamps, boot) => clocks.place(stamps, boot, "kubelet"));

    const named = evictions.flatMap((e) => e.pods.map((p) => p.name ?? p.uid)).sort();
    const wanted = want.evictions.flatMap((e) => e.pods.map((p) => p.name)).sort();
    expect(named.filter((n) => !want.mayName?.includes(n ?? ""))).toEqual(wanted);
    if (!want.mayName) expect(evictions.length > 0).toBe(want.evictions.length > 0);
    expect(evictions.some(isMemory)).toBe(want.evictions.some(isMemory));
    expect(evictions.some((e) => e.failed)).toBe(want.evictions.some((e) => e.failed));
    for (const e of want.evictions) {
      for (const pod of e.pods) {
        const found = evictions.find((x) => x.pods.some((p) => p.name === pod.name));
        expect(found).toMatchObject({
          resource: e.resource,
          failed: false,
          thresholdBytes: bytesOf(e.thresholdText),
          observedBytes: bytesOf(e.observedText),
        });
        expect(found?.pods[0]).toMatchObject({
          ...(pod.uid === null ? {} : { uid: pod.uid }),
          ...(pod.namespace === null ? {} : { namespace: pod.namespace }),
        });
      }
    }

    const told = kubeletOomTold(facts, (stamps, boot) => clocks.place(stamps, boot, "other"));
    const pids = told.map((t) => t.pid).filter((pid) => pid !== null);
    const may = new Set(want.oomEvents.map((e) => e.pid));
    expect(pids.filter((pid) => !may.has(pid))).toEqual([]);
    expect(new Set(pids).size).toBe(pids.length);
    const must = want.oomEvents
      .filter((e) => e.pid !== null && e.source.startsWith("event:") && !e.optional)
      .map((e) => e.pid ?? 0);
    expect(pids).toEqual(expect.arrayContaining(must));
    expect(told.some((t) => t.source === "OOMKilled")).toBe(want.oomEvents.some((e) => e.source === "status"));

    const kills = assembleUserspaceKills(facts, (stamps, boot) => clocks.place(stamps, boot, "other"));
    expect(kills.map((k) => `${k.daemon} ${k.target}`).sort()).toEqual(
      want.userspaceKills.map((k) => `${k.daemon} ${k.target}`).sort(),
    );
  });
});
