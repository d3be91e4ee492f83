// The order in which an input holds its files is no evidence: an archive and its directory tell the same story.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { scratch } from "../collect/helpers.ts";
import { sharedFolder } from "../project/shared.ts";
import { run } from "./run.ts";

const captures = sharedFolder("captures");
const folder = scratch();

/** Everything but where it was read: of the same fact in several files, another may speak. */
const story = (document: string): unknown => {
  const { verdict, incidents, oomKills, evictions, series, findings, node, coverage } = JSON.parse(
    document,
  ) as Analysis;
  return {
    verdict,
    node,
    coverage,
    incidents: incidents.map(({ id, outcome, scope, sentence, marginMs, from, to, race }) => [
      id,
      outcome,
      scope,
      sentence,
      marginMs,
      from,
      to,
      race,
    ]),
    kills: oomKills.map(({ at, victims, limitedCgroup, pod }) => [at, victims, limitedCgroup, pod]),
    evictions: evictions.map(({ at, pods, signal, observedBytes }) => [at, pods, signal, observedBytes]),
    series,
    findings: findings.map(({ id, verdict: answer, title }) => [id, answer, title]),
  };
};

describe.skipIf(captures === null)("an archive and its directory", () => {
  it("give the same verdict, kills, evictions, series and findings", async () => {
    const name = "d1-container-oom-loop-6.12";
    const archive = join(captures ?? "", `${name}.tgz`);
    execFileSync("tar", ["-xzf", archive, "-C", folder]);
    for (const [input, target] of [
      [archive, "a.json"],
      [join(folder, name), "b.json"],
    ] as const) {
      expect((await run(["analyze", input, "-q", "-o", join(folder, target)])).status).toBe(0);
    }
    const [a, b] = ["a.json", "b.json"].map((file) => story(readFileSync(join(folder, file), "utf8")));
    expect(a).toEqual(b);
    expect(a).toMatchObject({ verdict: { outcome: "no-race" } });
  });
});
