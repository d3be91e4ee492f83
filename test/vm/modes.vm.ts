import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../cli/run.ts";
import { manifestOf, readSegments, text, ticksOf } from "../collector/bundle.ts";
import { analyse } from "../project/analyse.ts";
import { boot, type Machine } from "./machine.ts";

const MiB = 1024 * 1024;
let vm: Machine;
beforeAll(async () => {
  vm = await boot("modes", "dash");
}, 1_800_000);

describe("the collector's other ways on cgroup v2", () => {
  test.each(["late.tgz", "root.tgz", "outside.tgz", "stalled.tgz", "packed.tgz", "again.tgz"])(
    "%s fits its seal",
    async (name) => {
      expect(await run(["verify", vm.path(name)])).toMatchObject({ status: 0 });
    },
  );

  test.each(["late.tgz", "root.tgz", "outside.tgz", "packed.tgz"])(
    "%s, begun after the kills, tells both from the kernel's ring",
    async (name) => {
      const { oomKills, verdict } = await analyse(vm.path(name));
      expect(verdict).toMatchObject({ outcome: "no-race", confidence: "high" });
      expect(oomKills).toHaveLength(2);
      for (const kill of oomKills)
        expect(kill).toMatchObject({
          scope: "container",
          limitedCgroup: vm.fact("missed.cgroup"),
          limitBytes: 48 * MiB,
          complete: true,
          pod: { namespace: "reports", name: "report-builder-6c9f7d5b48-m2xqk", container: "builder" },
        });
      expect(oomKills[0]?.count).toBe(vm.number("missed.events.oom_kill") - 1);
      expect(oomKills[0]?.victims[0]).toMatchObject({ pid: vm.number("missed.pid"), comm: "report-builder" });
      // a name with a line feed in it, as /dev/kmsg writes it
      expect(oomKills[1]?.victims[0]?.comm).toBe("evil\\x0aanon 5");
    },
  );

  test("from a debug pod: by chroot, and from outside with the pod's own programs", () => {
    for (const name of ["root", "outside"]) {
      expect(vm.fact(`${name}.status`)).toBe("0");
      const manifest = manifestOf(vm.unpacked(`${name}.tgz`));
      expect(manifest).toMatchObject({
        cgroup: "v2",
        cgroup_root: "/sys/fs/cgroup",
        shell: "/bin/busybox",
        page_size: 4096,
      });
      expect(manifest.self.cgroup).toMatch(/^\/sys\/fs\/cgroup\/memforensics-\d+$/);
    }
    expect(vm.text("root.txt")).toContain("Paths below are the node's: here they begin with /host\n");
    expect(vm.text("root-doctor.txt")).toMatch(/^ {2}yes {6}kubepods {15}\/sys\/fs\/cgroup\/kubepods\.slice $/m);
    expect(vm.text("outside-doctor.txt")).toMatch(
      /^ {2}yes {6}kubepods {15}\/host\/sys\/fs\/cgroup\/kubepods\.slice $/m,
    );
    // the node's names stand in the ticks, not the pod's
    const paths = ticksOf(readSegments(vm.unpacked("outside.tgz")), "full").flatMap(({ files }) => [...files.keys()]);
    expect(paths.length).toBeGreaterThan(500);
    expect(paths.filter((path) => !/^\/(?:proc|sys)\//.test(path))).toEqual([]);
  });

  test("status: none, then one that was killed and left its spool", () => {
    expect(vm.fact("status-none.status")).toBe("3");
    expect(vm.text("status-none.txt")).toBe("no collector is recording in /var/lib/memforensics\n");
    expect(vm.fact("status-killed.status")).toBe("3");
    expect(vm.text("status-killed.txt")).toMatch(/\nleft behind: (\S+) \(sh collect\.sh pack \1\)\n$/);
  });

  test("a reader that the kernel's ring lapped is started anew, and the analysis tells of what is missing between", async () => {
    const bundle = vm.unpacked("packed.tgz");
    expect(text(join(bundle, "collector.log"))).toContain(" the reader of /dev/kmsg ended: started anew\n");
    const [first = [], second = []] = ["1", "2"].map((n) =>
      [...text(join(bundle, `logs/kmsg.00000${n}.gz`)).matchAll(/^\d+,(\d+),\d+,/gm)].map((record) =>
        Number(record[1]),
      ),
    );
    const lost = (second[0] ?? 0) - (first.at(-1) ?? 0) - 1;
    expect(lost).toBeGreaterThan(100);
    const { timeline, coverage } = await analyse(vm.path("packed.tgz"));
    expect(timeline.filter(({ kind }) => kind === "kernel.lost").map(({ summary }) => summary)).toEqual([
      `At least ${lost} kernel records lost`,
    ]);
    expect(coverage.sources["kernelLog"]).toBe("partial");
  });

  test("stalls at a memory.high trigger a bundle", async () => {
    const bundle = vm.unpacked("stalled.tgz");
    expect(manifestOf(bundle).reason).toMatch(/^trigger: psi (1[5-9]|[2-9]\d)$/);
    expect(vm.number("indexer.events.high")).toBeGreaterThan(100);
    const fast = ticksOf(readSegments(bundle), "fast");
    const stalled = fast.map(({ files }) =>
      Number(/^some avg10=([\d.]+)/.exec(files.get("/proc/pressure/memory") ?? "")?.[1]),
    );
    expect(stalled[0]).toBeLessThan(15);
    expect(Math.max(...stalled)).toBeGreaterThanOrEqual(15);
  });

  test("killed at once, its spool is packed whole: every complete tick, and no lock or cgroup stays", () => {
    const bundle = vm.unpacked("packed.tgz");
    expect(manifestOf(bundle)).toMatchObject({
      state: "sealed",
      reason: "packed after a crash",
      boot: vm.fact("boot"),
    });
    const fast = ticksOf(readSegments(bundle), "fast");
    expect(fast.length).toBeGreaterThan(30);
    // only the last one may have been cut
    expect(fast.slice(0, -1).filter(({ endUp }) => endUp === null)).toEqual([]);
    expect(vm.fact("again.status")).toBe("0");
    expect(vm.text("again.txt")).not.toContain("has died");
    expect(vm.text("left-cgroups.txt")).toBe("");
  });
});
