import { describe, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { renderHtml } from "../../src/report/index.ts";
import { empty } from "./fixtures/build.ts";
import { c1 } from "./fixtures/c1.ts";
import { section, testSoundness, textOf } from "./sound-page.ts";
import { dmesgAlone, HOSTILE, hostile, kubeletWon, noRace, pressureOnly, storm, timeless } from "./fixtures/others.ts";

const ALL: Readonly<Record<string, () => Analysis>> = {
  c1,
  noRace,
  kubeletWon,
  pressureOnly,
  dmesgAlone,
  storm,
  hostile,
  timeless,
  empty,
};
const PAGES = Object.entries(ALL).map(([name, make]) => [name, renderHtml(make())] as const);

describe.each(PAGES)("every page: %s", (_name, page) => {
  testSoundness(page);
});

test("the same document gives the same bytes, wherever the clock stands", () => {
  expect(renderHtml(c1())).toBe(renderHtml(c1()));
  const zone = process.env["TZ"];
  process.env["TZ"] = "Pacific/Kiritimati";
  const elsewhere = renderHtml(c1());
  process.env["TZ"] = zone;
  expect(elsewhere).toBe(renderHtml(c1()));
});

describe("c1: the kernel killed first, twice", () => {
  const page = renderHtml(c1());
  const race = section(page, "race");

  test("is under 300 KB", () => {
    expect(page.length).toBeLessThan(300_000);
  });
  test("the first sentence of the verdict is in the kernel's colour, the rest is not", () => {
    expect(page).toContain(
      '<h1 class="long"><span class="by-kernel">The kernel killed first, twice.</span> It killed memhog of batch/stubborn-0',
    );
  });
  test("the tab names the outcome, pod, node and time", () => {
    expect(page).toContain(
      "<title>The kernel killed first · batch/stubborn-0 · worker-1 · 2026-11-24 01:18:54.4 UTC</title>",
    );
  });
  test("four facts, each with what makes it large or small", () => {
    const facts = textOf(/<dl class="facts">.*?<\/dl>/s.exec(page)?.[0] ?? "");
    expect(facts).toContain("Kernel first by 20.8 s ± 0.5 s, incident 2. In incident 1 no eviction came");
    expect(facts).toContain("Fall of memory.available 20 MiB/s at the threshold of 700 MiB: 27.1 s to exhaustion");
    expect(facts).toContain("Kubelet noticed, then silent for 42.0 s its loop should come round every 10 s");
    expect(facts).toContain(
      "memory.available at the kills 159, 158 MiB the hard threshold of 100 MiB lies below: it could not fire",
    );
  });
  test("three things to do at most, each with the finding it follows from", () => {
    const items = section(page, "do").match(/<li>/g) ?? [];
    expect(items).toHaveLength(3);
    const a = c1();
    const many = {
      ...a,
      findings: a.findings.map((f) => ({
        ...f,
        remediation: f.remediation.flatMap((r) => [r, { ...r, action: `${r.action}, again` }]),
      })),
    };
    expect(section(renderHtml(many), "do").match(/<li>/g)).toHaveLength(3);
    expect(section(page, "do")).toContain("<code>systemReserved.memory: 300Mi</code>");
    expect(section(page, "do")).toContain('href="#finding-kubelet-starved"');
  });
  test("both incidents share one window; silence, margin and kills are drawn", () => {
    expect(race.match(/<div class="window"/g)).toHaveLength(1);
    const drawn = textOf(race);
    expect(drawn).toContain("42.3 s silent");
    expect(drawn).toContain("kernel first by 20.8 s ± 0.5 s");
    expect(drawn).toContain("killed stubborn-0 again");
    expect(drawn).toContain("evicts prometheus-0");
    expect(drawn).toContain("soft 700 MiB");
    expect(drawn).toContain("hard 100 MiB");
    expect(race).toContain('stroke-dasharray="2 5" class="s-blue"');
  });
  test("kill lines stand where the clock puts the kills, in every chart", () => {
    const axis = /data-axis="([\d. ]+)"/.exec(race)?.[1]?.split(" ").map(Number) ?? [];
    const [x1 = 0, x2 = 0, t1 = 0, t2 = 0] = axis;
    const x = x1 + ((Date.parse("2026-11-24T01:18:54.4Z") - t1) / (t2 - t1)) * (x2 - x1);
    const lines = page.match(new RegExp(`d="M${x.toFixed(2).replace(".", "\\.")} [\\d.]+V[\\d.]+"`, "g")) ?? [];
    expect(lines).toHaveLength(4);
  });
  test("the line of memory.available is broken where no sample exists", () => {
    const d = /<path d="([^"]+)" data-name="memory\.available \(kubelet\)"/.exec(race)?.[1] ?? "";
    expect((d.match(/M/g) ?? []).length).toBeGreaterThan(3);
  });
  test("the table tells the same events in order, with their lines", () => {
    const times = [...race.matchAll(/<td class="t"[^>]*><span[^>]*>([\d:.]+)<\/span>/g)].map((m) => m[1]);
    expect(times.slice(0, 3)).toEqual(["01:14:59.6", "01:15:14.599", "01:15:56.9"]);
    expect(race).toContain('<a class="src" href="#ev-journal-kubelet-cat-1088">journal-kubelet.cat:1088</a>');
    expect(page).toContain('<li id="ev-kmsg-730">');
    const cited = [...section(page, "evidence").matchAll(/<li id="ev-journal-kubelet-cat-(\d+)">/g)].map((m) =>
      Number(m[1]),
    );
    expect(cited).toEqual([1018, 1023, 1037, 1045, 1071, 1088, 1103, 1117]);
    expect(section(page, "evidence")).toContain("<mark>Killed process 1031 (memhog)</mark>");
  });
  test("memory by owner: the guilty pod in red, all named", () => {
    const memory = section(page, "memory");
    expect(memory).toContain(
      'fill="#c0352b" stroke="#ffffff" stroke-width="1" class="s-ground"><title>batch/stubborn-0</title>',
    );
    expect(textOf(memory)).toContain(
      "of 2.91 GiB: batch/stubborn-0 held 2.15 GiB, system 324 MiB and monitoring/prometheus-0 150 MiB.",
    );
  });
  test("findings: what holds is open, then ruled out, then cannot tell", () => {
    const chips = [...section(page, "findings").matchAll(/<span class="chip (\w+)">/g)].map((m) => m[1]);
    expect(chips).toEqual(["holds", "holds", "holds", "refuted", "unknown"]);
    expect(section(page, "findings").match(/<details class="finding" id="[\w-]+" open>/g)).toHaveLength(3);
    expect(textOf(section(page, "findings"))).toContain("Would decide it: a capture with MemoryQoS on");
    expect(textOf(section(page, "findings"))).toContain("(heuristic)");
  });
});

describe("other outcomes choose other facts", () => {
  const facts = (a: Analysis): string => textOf(/<dl class="facts">.*?<\/dl>/s.exec(renderHtml(a))?.[0] ?? "");

  test("kills at a limit: how many, which limit, how often; the pod's working set under its limit", () => {
    expect(facts(noRace())).toContain("Killed by the kernel 6 processes in 3 kills, payments/ledger-6d5f4c8b7-kk2pl");
    expect(facts(noRace())).toContain("Limit 256 MiB");
    expect(facts(noRace())).toContain("Between kills 35.1 s median of 3 rounds of kills");
    expect(textOf(section(renderHtml(noRace()), "race"))).toContain("working set of ledger-6d5f4c8b7-kk2pl");
    expect(textOf(section(renderHtml(noRace()), "race"))).toContain("limit 256 MiB");
  });
  test("an eviction that won: threshold, value acted on, reaction, end", () => {
    const text = facts(kubeletWon());
    expect(text).toContain("Threshold 300 MiB hard, allocatableMemory.available");
    expect(text).toContain("What the kubelet acted on 277 MiB");
    expect(text).toContain("From the crossing to its reaction 10 s");
    expect(text).toContain("From its reaction to cleaned up 62 s");
  });
  test("pressure alone: whose, how much, and that the kernel log excludes a kill", () => {
    const text = facts(pressureOnly());
    expect(text).toContain("Peak wait for memory 87 % of an interval, media/transcoder-0");
    expect(text).toContain("Limit 512 MiB");
    expect(text).toContain("Kernel kills none the kernel log covers the capture");
  });
  test("dmesg alone: seconds since boot, and what is missing", () => {
    const page = renderHtml(dmesgAlone());
    expect(facts(dmesgAlone())).toContain("not known the capture holds no kubelet log");
    expect(textOf(section(page, "race"))).toContain("591.900 s after boot");
    expect(textOf(section(page, "race"))).toContain("no kubelet log in the capture");
    expect(textOf(section(page, "memory"))).toContain(
      "The capture holds no cgroup memory samples and no /proc/meminfo samples.",
    );
    expect(textOf(section(page, "lacks"))).toContain("Not in it: kubelet log");
  });
  test("events without any time are told, not drawn, and in no order", () => {
    const race = section(renderHtml(timeless()), "race");
    expect(race).not.toContain("<svg");
    expect(textOf(race)).toContain("the rows claim no order");
    expect(textOf(race)).toContain("time not known kernel The kernel killed java[41822]");
  });
  test("an empty document: every section says what is missing", () => {
    const page = renderHtml(empty());
    expect(textOf(section(page, "race"))).toContain(
      "No incident: nothing in the capture is a kill, an eviction or memory pressure.",
    );
    expect(textOf(section(page, "pods"))).toContain("No pod is named");
    expect(textOf(section(page, "kills"))).toContain("None in the capture.");
  });
  test("a storm: one mark with a count, the rest folded or counted", () => {
    const page = renderHtml(storm());
    expect(textOf(section(page, "race"))).toContain("148 × killed worker");
    expect(textOf(section(page, "race"))).toContain("141 further kills in between.");
    expect(section(page, "pods").match(/<th scope="row"/g)).toHaveLength(250);
    expect(textOf(section(page, "pods"))).toContain("230 further pods");
    expect(textOf(section(page, "kills"))).toContain("88 further kills in the JSON document.");
    expect(textOf(section(page, "race"))).toContain("All 5,000 events of every source");
    expect(page.length).toBeLessThan(600_000);
  });
});

describe("hostile text", () => {
  const page = renderHtml(hostile());

  test("never becomes markup", () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain("<script>alert");
    expect(page).not.toContain('" onload=x');
    expect(page).not.toContain("javascript:");
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x");
    expect(page).toContain("{{x}}");
  });
  test("has its invisible characters shown", () => {
    expect(page).toContain("⟨U+202E⟩gnp.exe⟨U+200B⟩");
    expect(page).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/,
    );
    expect(HOSTILE).toContain("\u202e");
  });
  test("names of 253 characters are cut on charts and whole in tables", () => {
    expect(section(page, "pods")).toContain("n".repeat(253));
    expect(section(page, "race")).toContain(`killed ${"n".repeat(14)}…${"n".repeat(13)}`);
  });
});

test("where no event has a time, the page does not say that none can be set beside another: a margin between two ages can", () => {
  const page = textOf(renderHtml(timeless()));
  expect(page).toContain("No event has a time on the wall clock or since boot, so nothing is drawn");
  expect(page).not.toMatch(/time not known ±/);
});
