// What the framework does with answers: faults are results, a rule sees only what it needs, findings are merged and ranked.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fact, holds, refuted, remedy, unknown, wanted } from "../../src/diagnose/answer.ts";
import { type Want, WANTED } from "../../src/diagnose/next-capture/items.ts";
import { defineRule } from "../../src/diagnose/rule.ts";
import { RULES } from "../../src/diagnose/rules.ts";
import { runRules } from "../../src/diagnose/run.ts";
import type { Analysis } from "../../src/model/analysis.ts";
import { root } from "../project/tree.ts";
import { memory } from "./cases/memory.ts";
import { race } from "./cases/race.ts";
import { contradicting, contradictions } from "./builders/contradictions.ts";
import { coverage, inputs } from "./builders/inputs.ts";
import { incident, kill, line } from "./builders/story.ts";

const one = incident({ kills: [kill(120)] });
const two = { ...incident({ kills: [kill(190)] }), id: "incident-2" };
const seen = fact("Seen", "1", line("a line"));
const common = { explanation: "It is so.", facts: [seen] as const };
const cause = (
  share: number,
  o: {
    incidentId?: string | null;
    role?: "cause" | "contributes" | "note";
    remedies?: ReturnType<typeof remedy>[];
    explains?: "memory" | "time";
  } = {},
) =>
  holds({
    ...common,
    incidentId: o.incidentId === undefined ? "incident-1" : o.incidentId,
    explains: o.explains ?? "memory",
    share,
    role: o.role ?? "cause",
    remedies: o.remedies ?? [],
  });
const rule = (
  id: string,
  answers: ReturnType<typeof cause>[] | ReturnType<typeof unknown> | ReturnType<typeof refuted>,
) => defineRule({ id, group: "others", title: id, needs: [], evaluate: () => answers });
const both = inputs({ incidents: [one, two] });

describe("a rule that fails", () => {
  it("is an error result, and the others go on", () => {
    const broken = defineRule({
      id: "broken",
      group: "others",
      title: "Broken",
      needs: ["incidents"],
      evaluate: () => {
        throw new Error("no such thing");
      },
    });
    const { findings, problems } = runRules([broken, rule("whole", [cause(1)])], both);
    expect(findings.map((f) => f.id)).toEqual(["whole"]);
    expect(problems).toMatchObject([
      { severity: "error", code: "rule-failed", costs: "Whether broken holds is not answered." },
    ]);
    expect(problems[0]?.message).toContain("no such thing");
  });
});

describe("what a rule sees", () => {
  it("is what it needs and nothing else", () => {
    let keys: string[] = [];
    const curious = defineRule({
      id: "curious",
      group: "others",
      title: "Curious",
      needs: ["meminfo", "incidents"],
      evaluate: (given) => {
        keys = Object.keys(given);
        return null;
      },
    });
    runRules([curious], both);
    expect(keys).toEqual(["meminfo", "incidents"]);
  });
});

describe("answers of several incidents", () => {
  it("hold where one holds, with the incident named in every fact", () => {
    const [f] = runRules([rule("a", [cause(0.5), cause(0.9, { incidentId: "incident-2" })])], both).findings;
    expect(f).toMatchObject({
      verdict: "holds",
      severity: "critical",
      incidentIds: ["incident-1", "incident-2"],
      explanation: "It is so.",
    });
    expect(f?.facts.map((x) => x.label)).toEqual(["Incident 1: Seen", "Incident 2: Seen"]);
  });

  it("say once what differs in figures only, and apart what differs in words", () => {
    const says = (explanation: string, incidentId: string) =>
      holds({ ...common, explanation, incidentId, explains: "memory", share: 1, role: "cause", remedies: [] });
    const explained = (a: string, b: string) =>
      runRules([rule("a", [says(a, "incident-1"), says(b, "incident-2")])], both).findings[0]?.explanation;
    expect(explained("It fell by 1.35 GiB in 9.5 s.", "It fell by 900 MiB in 1 min 20 s.")).toBe(
      "Incident 1: It fell by 1.35 GiB in 9.5 s. Incident 2 likewise, with the figures below.",
    );
    expect(explained("ns/api-1 fell by 3 %.", "ns/api-2 fell by 3 %.")).toBe(
      "Incident 1: ns/api-1 fell by 3 %. Incident 2: ns/api-2 fell by 3 %.",
    );
  });

  it("stay open where one is open and none holds", () => {
    const mixed = defineRule({
      id: "m",
      group: "others",
      title: "M",
      needs: [],
      evaluate: () => [
        refuted({ ...common, incidentId: "incident-1" }),
        unknown({ ...common, incidentId: "incident-2", wouldDecide: wanted("a log", "kubelet-log") }),
      ],
    });
    expect(runRules([mixed], both).findings).toMatchObject([
      { verdict: "unknown", wouldDecide: "a log", severity: "info" },
    ]);
  });
});

describe("what the next capture must have", () => {
  const asks = (id: string, incidentId: string | null, ...wants: readonly [Want, ...Want[]]) =>
    rule(id, unknown({ ...common, incidentId, wouldDecide: wanted("it", ...wants) }));

  it("names each item once with all that it would decide, what decides most of the losses first", () => {
    const { nextCapture } = runRules(
      [
        asks("a", null, "sockets", "fast-samples"),
        asks("b", null, "sockets"),
        asks("c", null, "sockets"),
        asks("d", "incident-1", "kubelet-log"),
        asks("e", "incident-1", "kubelet-log", "fast-samples"),
      ],
      both,
    );
    expect(nextCapture.map(({ id, decides }) => [id, decides])).toEqual([
      ["kubelet-log", ["d", "e"]],
      ["fast-samples", ["a", "e"]],
      ["sockets", ["a", "b", "c"]],
    ]);
    expect(nextCapture[0]?.item).toBe("The kubelet's log through the event, at verbosity 3");
  });

  it("names before all else what would have told who acted first, where the verdict could not", () => {
    const open = { ...one, outcome: "undetermined" as const };
    const asked = asks("a", "incident-1", "fast-samples", "kubelet-log");
    const listOf = (of: typeof one, sources: Analysis["coverage"]["sources"]) =>
      runRules([asked], inputs({ incidents: [of], coverage: coverage(sources) })).nextCapture.map(({ id, decides }) => [
        id,
        decides,
      ]);
    const kernelOnly = { kernelLog: "present", kubeletLog: "absent" } as const;
    expect(listOf(open, kernelOnly)).toEqual([
      ["kubelet-log", ["verdict", "a"]],
      ["fast-samples", ["a"]],
    ]);
    expect(listOf({ ...one, outcome: "kernel-won" }, kernelOnly)).toEqual([
      ["fast-samples", ["a"]],
      ["kubelet-log", ["a"]],
    ]);
    expect(listOf(open, { kernelLog: "partial", kubeletLog: "present" })).toContainEqual([
      "kernel-report",
      ["verdict"],
    ]);
  });

  it("asks nothing for what holds or fell", () => {
    const fallen = rule("fallen", refuted({ ...common, incidentId: "incident-1" }));
    expect(runRules([rule("held", [cause(1)]), fallen], both).nextCapture).toEqual([]);
  });

  it("names the collector's own options only", () => {
    const help = readFileSync(join(root, "scripts/collect.sh"), "utf8").split("HELP")[1] ?? "";
    const named = Object.values(WANTED).flatMap(({ how }) =>
      [...how.matchAll(/collect\.sh[^.;,]*/g)].flatMap(([text]) =>
        [...text.matchAll(/--[a-z]{3,20}/g)].map(([o]) => o),
      ),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const option of named) expect(help).toContain(option);
  });
});

describe("severity", () => {
  const severityOf = (answer: ReturnType<typeof cause>, given = both) =>
    runRules([rule("a", [answer])], given).findings[0]?.severity;
  it("critical needs a kill or an eviction that it explains", () => {
    expect(severityOf(cause(1))).toBe("critical");
    expect(severityOf(cause(1, { explains: "time" }))).toBe("warning");
    expect(severityOf(cause(1), inputs({ incidents: [incident()] }))).toBe("warning");
    expect(severityOf(cause(1, { incidentId: null }))).toBe("warning");
    expect(severityOf(cause(1, { role: "contributes" }))).toBe("warning");
    expect(severityOf(cause(1, { role: "note" }))).toBe("info");
  });
});

describe("contradictions", () => {
  it("are between rules that exist, and are seen where two hold for one incident", () => {
    const ids = RULES.map((r) => r.id);
    expect(contradicting.filter((id) => !ids.includes(id))).toEqual([]);
    const both2 = [rule("steady-leak", [cause(1)]), rule("allocation-burst", [cause(1)])];
    expect(contradictions(runRules(both2, both).findings)).toEqual(["steady-leak and allocation-burst"]);
    const apart = [rule("steady-leak", [cause(1)]), rule("allocation-burst", [cause(1, { incidentId: "incident-2" })])];
    expect(contradictions(runRules(apart, both).findings)).toEqual([]);
  });
});

describe("order and remedies", () => {
  it("by severity, then bytes above time, then share", () => {
    const rules = [
      rule("note", [cause(1, { role: "note" })]),
      rule("time", [cause(1, { explains: "time" })]),
      rule("half", [cause(0.5)]),
      rule("whole", [cause(0.9)]),
      rule("open", unknown({ ...common, incidentId: null, wouldDecide: wanted("a log", "kubelet-log") })),
      rule("fallen", refuted({ ...common, incidentId: null })),
    ];
    expect(runRules(rules, both).findings.map((f) => f.id)).toEqual([
      "whole",
      "half",
      "time",
      "note",
      "fallen",
      "open",
    ]);
  });

  it("one setting is asked for once: by the first, with the greatest need", () => {
    const ask = (action: string, need: number) =>
      remedy(action, "Check it: 1.", "steady-leak", { setting: "limit", need });
    const rules = [
      rule("first", [cause(0.9, { remedies: [ask("to 1Gi", 1)] })]),
      rule("second", [cause(0.5, { remedies: [ask("to 2Gi", 2)] })]),
    ];
    expect(runRules(rules, both).findings.map((f) => f.remediation.map((r) => r.action))).toEqual([["to 2Gi"], []]);
  });
});

describe("exact figures of built cases", () => {
  const run = (id: string, make: (() => Parameters<typeof runRules>[1]) | undefined) =>
    runRules(
      RULES.filter((r) => r.id === id),
      make?.() ?? inputs(),
    ).findings[0];

  it("slab-growth: 1.17 GiB of dentries are the cause, not only a high level", () => {
    const f = run("slab-growth", memory["slab-growth"]?.holds);
    expect(f?.severity).toBe("critical");
    expect(f?.explanation).toContain("Kernel caches took 1.17 GiB, most of it in dentry");
  });

  it("kernel-faster-than-loop: the replayed threshold is the remedy", () => {
    const f = run("kernel-faster-than-loop", race["kernel-faster-than-loop"]?.holds);
    expect(f?.remediation[0]?.action).toBe("Raise evictionHard memory.available to 960Mi");
    expect(f?.remediation[0]?.detail).toContain(
      "floor 160 MiB + 67.0 MiB/s × (10 s + pass 0.0 ms + kill 2.0 s) = 964 MiB",
    );
  });

  it("page-cache-counted-as-used: its share of the loss", () => {
    expect(run("page-cache-counted-as-used", memory["page-cache-counted-as-used"]?.holds)?.facts[0]?.value).toContain(
      "(100 %)",
    );
  });

  it("reservation-too-small: 1.1 × what was held, rounded up to 64 MiB", () => {
    expect(run("reservation-too-small", memory["reservation-too-small"]?.holds)?.remediation[0]?.action).toMatch(
      /^Reserve \d+(?:Mi|Gi) for daemons and kernel/,
    );
  });
});
