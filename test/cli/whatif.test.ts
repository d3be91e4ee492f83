// `whatif` as a user runs it, on the samples that the project carries.
import { describe, expect, it } from "vitest";
import { run } from "./run.ts";

const SAMPLE = "samples/kernel-first.tgz";

interface Answer {
  readonly settings: {
    readonly hardBytes: number | null;
    readonly softBytes: number | null;
    readonly softGraceMs: number;
  };
  readonly inForce: { readonly hardBytes: number | null } | null;
  readonly incidents: readonly {
    readonly id: string;
    readonly happened: { readonly outcome: string; readonly marginMs: number | null };
    readonly replay: {
      readonly outcome: string;
      readonly sentence: string;
      readonly marginMs: { readonly least: number; readonly greatest: number } | null;
      readonly smallestWinningBytes: number | null;
      readonly sweep: readonly { readonly thresholdBytes: number; readonly outcome: string }[];
      readonly reads: { readonly evidence: readonly { readonly file: string; readonly line: number }[] } | null;
    } | null;
  }[];
}

const asked = async (...args: readonly string[]): Promise<Answer> => {
  const { status, out, err } = await run(["whatif", SAMPLE, "-f", "json", ...args]);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out) as Answer;
};

describe("whatif", () => {
  it("without a setting tells what happened", async () => {
    const { settings, inForce, incidents } = await asked();
    expect(settings).toEqual(inForce);
    expect(incidents.length).toBeGreaterThan(0);
    for (const { happened, replay } of incidents) expect(replay?.outcome).toBe(happened.outcome);
  });

  it("the smallest threshold that it names wins, and stands in its sweep", async () => {
    const first = (await asked()).incidents[0]?.replay;
    const smallest = first?.smallestWinningBytes ?? 0;
    expect(first?.sweep.find(({ thresholdBytes }) => thresholdBytes === smallest)?.outcome).toBe("kubelet-won");
    const again = await asked("--eviction-hard", `memory.available<${smallest}`, "--eviction-soft", "");
    expect(again.settings).toMatchObject({ hardBytes: smallest, softBytes: null });
    const won = again.incidents[0]?.replay;
    expect([won?.outcome, (won?.marginMs?.greatest ?? 0) < 0]).toEqual(["kubelet-won", true]);
    expect(won?.reads?.evidence.length).toBeGreaterThan(0);
  });

  it("a list without memory.available removes the threshold, as it does for the kubelet", async () => {
    const { settings, incidents } = await asked("--eviction-hard", "nodefs.available<10%", "--eviction-soft", "");
    expect(settings.hardBytes).toBeNull();
    expect(incidents[0]?.replay?.outcome).toBe("unopposed");
  });

  it("reads the forms of the kubelet's flags and the short ones alike", async () => {
    const soft = ["--eviction-soft", "memory.available<50%"];
    const long = await asked(
      ...soft,
      "--soft-grace",
      "memory.available=1m30s",
      "--system-reserved",
      "cpu=1,memory=1Gi",
    );
    const short = await asked(...soft, "--soft-grace", "90s", "--system-reserved", "1Gi");
    expect(long.settings).toEqual(short.settings);
    expect(long.settings.softGraceMs).toBe(90_000);
  });

  it("the text tells the verdict, what it rests on, and where", async () => {
    const { status, out } = await run(["whatif", SAMPLE, "--eviction-hard", "memory.available<1Gi"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^ {2}with {6}memory\.available under 1 GiB, hard/);
    expect(out).toMatch(/^ {2}happened {2}The kernel killed first/m);
    expect(out).toMatch(/^ {2}what if {3}THE KUBELET EVICTED FIRST\./m);
    expect(out).toMatch(/^ {2}smallest {2}\d+ MiB is the smallest hard threshold that wins here/m);
    expect(out).toMatch(/\(\S+:\d+/);
  });

  it("a log without samples is told what it lacks, and that is no error", async () => {
    const dmesg = "test/fixtures/cli/container-kill.dmesg";
    const { status, out } = await run(["whatif", dmesg, "--eviction-hard", "memory.available<1Gi"]);
    expect(status).toBe(0);
    expect(out).toContain("Not replayed: it ended at a limit that eviction does not watch");
  });

  it.each([
    [
      ["--eviction-hard", "memory.availble<1Gi"],
      "no eviction signal memory.availble",
      "did you mean memory.available?",
    ],
    [["--eviction-hard", "1Gi"], "1Gi has no <", "'memory.available<1Gi'"],
    [["--eviction-hard", "memory.available<120%"], "120% is no quantity", "10%"],
    [["--eviction-hard", "memory.available<0"], "0 is no quantity above 0", "10%"],
    [["--eviction-hard", "memory.available<1Gi,memory.available<2Gi"], "is given twice", "once"],
    [["--minimum-reclaim", "nodefs.available=1Gi"], "memory.available is not in", "memory.available=…"],
    [["--pass", "2"], "2 is no duration", "1m30s"],
    [["--system-reserved", "lots"], "lots names no quantity of memory", "1Gi"],
    [["--eviction-har", "x"], "there is no option --eviction-har", "did you mean --eviction-hard?"],
  ])("%s is wrong usage", async (args, message, help) => {
    const { status, out, err } = await run(["whatif", SAMPLE, ...args]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain(help);
  });
});
