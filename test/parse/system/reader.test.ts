import { describe, expect, test } from "vitest";
import type { SystemEvent } from "../../../src/model/kubelet.ts";
import { createSystemReader } from "../../../src/parse/system/reader.ts";
import { capturedFile, gather } from "../../timeline/evictions/facts-of.ts";
import { fixture, lineOf, linesOf } from "../kubelet/lines-of.ts";

const read = (text: string, ident: string | null): SystemEvent[] => {
  const reader = createSystemReader(() => {});
  for (const line of linesOf(text, { ident })) reader.line(line);
  return reader.end();
};
const ID = "68d4657fdfd68af2fdc68241b6bec4aaf64487cd0fd2b773862eb7b6648f48de";

describe("container runtimes", () => {
  test.each([
    [`time="2026-11-24T01:18:23.376853313Z" level=info msg="TaskOOM event container_id:\\"${ID}\\""`],
    [
      `time="2026-11-24T01:18:23.376853313Z" level=info msg="TaskOOM event &TaskOOM{ContainerID:${ID},XXX_unrecognized:[],}"`,
    ],
  ])("TaskOOM, with the runtime's own clock first: %s", (text) => {
    const [event] = read(text, "containerd");
    expect(event).toMatchObject({ kind: "task-oom", containerId: ID });
    expect(event?.stamps[0]?.clock).toBe("realtime");
    expect(event?.stamps[0]?.ms).toBeCloseTo(Date.parse("2026-11-24T01:18:23Z") + 376.853313, 3);
  });

  test.each([
    [
      `msg="received exit event container_id:\\"${ID}\\"  id:\\"${ID}\\"  pid:1014  exit_status:137  exited_at:{seconds:1}"`,
      137,
    ],
    [`msg="received exit event container_id:\\"${ID}\\"  id:\\"${ID}\\"  pid:1014  exited_at:{seconds:1}"`, 0],
    [`msg="TaskExit event &TaskExit{ContainerID:${ID},ID:${ID},Pid:1014,ExitStatus:137,ExitedAt:x}"`, 137],
  ])("exits: %s", (text, exitCode) => {
    expect(read(text, "containerd")).toMatchObject([{ kind: "task-exit", containerId: ID, exitedPid: 1014, exitCode }]);
  });
});

describe("other runtimes", () => {
  test.each([
    [`conmon ${ID.slice(0, 20)} <ninfo>: OOM received`, "conmon", { kind: "task-oom", containerId: ID.slice(0, 20) }],
    [
      `conmon ${ID.slice(0, 20)} <ninfo>: container 4333 exited with status 137`,
      "conmon",
      { kind: "task-exit", containerId: ID.slice(0, 20), exitedPid: 4333, exitCode: 137 },
    ],
    [`container oom ${ID} (image=debian, name=memhog)`, null, { kind: "task-oom", containerId: ID }],
    [
      `container die ${ID} (execDuration=3, exitCode=137, image=debian, name=memhog)`,
      null,
      { kind: "task-exit", containerId: ID, exitCode: 137, exitedPid: null },
    ],
    [
      `2026-11-24 01:18:23.376853313 +0000 UTC k8s.io /tasks/oom {"container_id":"${ID}"}`,
      null,
      { kind: "task-oom", containerId: ID },
    ],
    [
      `2026-11-24 01:18:23.38 +0000 UTC k8s.io /tasks/exit {"container_id":"${ID}","id":"${ID}","pid":1031,"exit_status":137}`,
      null,
      { kind: "task-exit", containerId: ID, exitCode: 137, exitedPid: 1031 },
    ],
  ])("%s", (text, ident, want) => {
    expect(read(text, ident)).toMatchObject([want]);
  });

  test("the end of an exec in a container is not the container's", () => {
    const other = "7".repeat(64);
    expect(
      read(`k8s.io /tasks/exit {"container_id":"${ID}","id":"${other}","pid":1031,"exit_status":137}`, null),
    ).toEqual([]);
  });
});

describe("systemd and journald", () => {
  test.each([
    [
      `cri-containerd-${ID}.scope: A process of this unit has been killed by the OOM killer.`,
      { kind: "unit-oom", unit: `cri-containerd-${ID}.scope` },
    ],
    ["kubelet.service: Failed with result 'oom-kill'.", { kind: "unit-failed", unit: "kubelet.service" }],
    [
      "kubelet.service: Main process exited, code=killed, status=9/KILL",
      { kind: "unit-failed", unit: "kubelet.service" },
    ],
    [
      "Started kubelet.service - kubelet: The Kubernetes Node Agent.",
      { kind: "unit-started", unit: "kubelet.service" },
    ],
    ["Started kubelet: The Kubernetes Node Agent.", { kind: "unit-started", unit: "kubelet.service" }],
    ["Stopped containerd container runtime.", { kind: "unit-stopped", unit: "containerd.service" }],
    [
      "kubelet.service: Scheduled restart job, restart counter is at 3.",
      { kind: "unit-started", unit: "kubelet.service" },
    ],
    ["systemd 257.13-1~deb13u1 running in system mode (+PAM +AUDIT)", { kind: "boot" }],
  ])("%s", (text, want) => {
    expect(read(text, "systemd")).toMatchObject([want]);
  });

  test.each([
    ["Suppressed 1520 messages from kubelet.service", 1520],
    ["Missed 12 kernel messages", 12],
    ["File /var/log/journal/x/system.journal corrupted or uncleanly shut down, renaming and replacing.", null],
  ])("%s", (text, count) => {
    expect(read(text, "systemd-journald")).toMatchObject([{ kind: "journal-lost", count }]);
  });

  test("units of no interest, and the same words from another program, are no events", () => {
    expect(read("Started cron.service - Regular background program.\nFinished something.", "systemd")).toEqual([]);
    expect(read("a.service: A process of this unit has been killed by the OOM killer.", "my-app")).toEqual([]);
  });
});

describe("userspace killers", () => {
  const kill = (text: string, ident: string | null): unknown =>
    read(text, ident).filter((e) => e.kind === "userspace-kill");

  test("systemd-oomd, whole and cut by a pager, and by swap", () => {
    expect(
      kill(
        "Killed /system.slice/a.service due to memory pressure for /system.slice being 91.73% > 50.00% for > 20s with reclaim activity\n" +
          "Killed /user.slice/b.scope due to memory p>\n" +
          "Killed /c.slice due to memory used (6G) / total (7G) and swap used (1G) / total (1G) being more than 90.00%\n" +
          "Considered 60 cgroups for killing, top candidates were:\n        Path: /system.slice/firewalld.service",
        "systemd-oomd",
      ),
    ).toMatchObject([
      {
        daemon: "systemd-oomd",
        target: "/system.slice/a.service",
        reason: "memory pressure for /system.slice being 91.73% > 50.00% for > 20s with reclaim activity",
      },
      { target: "/user.slice/b.scope" },
      { target: "/c.slice" },
    ]);
  });

  test("systemd-oomd 258+: marked, then killed, is one kill; the next mark of the same cgroup is another", () => {
    const marked =
      "Marked /user.slice/a.scope for killing due to memory pressure for /user.slice being 60% > 50% for > 20s";
    expect(kill(marked, "systemd-oomd")).toMatchObject([{ daemon: "systemd-oomd", target: "/user.slice/a.scope" }]);
    const killed = "Killed /user.slice/a.scope due to memory pressure for /user.slice being 60% > 50% for > 20s";
    expect(kill(`${marked}\n${killed}\n${marked}\nx\n${killed}`, "systemd-oomd")).toHaveLength(2);
    expect(kill(`${killed}\nx\n${killed}`, "systemd-oomd")).toHaveLength(2);
  });

  test("earlyoom: its configuration names no process; badness and oom_score", () => {
    expect(
      kill(
        "sending SIGTERM when mem <= 10.00% and swap <= 10.00%,\n        SIGKILL when mem <=  5.00% and swap <=  5.00%\n" +
          'sending SIGTERM to process 9994 uid 1000 "termshark": badness 1181, VmRSS 4568 MiB\nescalating to SIGKILL after 2.8 seconds\n' +
          'sending SIGKILL to process 7378 uid 1000 "tail": oom_score 156, VmRSS 4962 MiB, cmdline "tail /dev/zero"',
        "earlyoom",
      ),
    ).toMatchObject([
      { daemon: "earlyoom", target: "termshark", victimPid: 9994, reason: "SIGTERM: badness 1181, VmRSS 4568 MiB" },
      { target: "tail", victimPid: 7378 },
    ]);
  });

  test("earlyoom's first words, which anyone may use, count under its name only", () => {
    expect(kill("Killing process 9994 chrome", "earlyoom")).toMatchObject([{ target: "chrome", victimPid: 9994 }]);
    expect(kill("earlyoom: Killing process 9994 chrome", null)).toMatchObject([{ victimPid: 9994 }]);
    expect(kill("Killing process 9994 chrome", null)).toEqual([]);
  });

  test("oomd in the kernel log, Talos, nohang", () => {
    expect(
      kill(
        "oomd kill: 6.88 1.49 0.38 system.slice/a.service 123456 ruleset:[r] detectorgroup:[d] killer:kill_by_memory v2",
        "kernel",
      ),
    ).toMatchObject([
      {
        daemon: "oomd",
        target: "system.slice/a.service",
        reason: "ruleset:[r] detectorgroup:[d] killer:kill_by_memory v2",
      },
    ]);
    const cgroup = "/sys/fs/cgroup/kubepods/burstable/podc11937f9-989d-48ba-8453-06d2baa9392b";
    expect(
      kill(
        `[talos] OOM controller triggered {"controller": "runtime.OOMController"}\n[talos] Sending SIGKILL to cgroup {"component": "controller-runtime", "controller": "runtime.OOMController", "cgroup": "${cgroup}"}`,
        "kernel",
      ),
    ).toMatchObject([{ daemon: "Talos OOM controller", target: cgroup }]);
    expect(
      kill(
        "  Name:      Web Content\n  PID:       1234\nImplementing a corrective action:\n  Sending SIGTERM to the victim\nOK; total response time: 20ms\n    [ OK ] Sending SIGTERM to tail: 1",
        "nohang",
      ),
    ).toMatchObject([{ daemon: "nohang", target: "Web Content", victimPid: 1234, reason: "SIGTERM" }]);
  });

  test("the words in another program's line are no kill", () => {
    expect(kill('sending SIGTERM to process 1 uid 0 "x": y', "my-app")).toEqual([]);
    expect(kill("I was Killed /a due to memory pressure", "my-app")).toEqual([]);
  });
});

test("a capture's journal: units and runtime tell of the same containers", async () => {
  const { logs } = await gather([capturedFile("d1", fixture("d1-oom-loop.system.short-iso-precise.log"))]);
  const events = logs[0]?.system ?? [];
  expect(events.filter((e) => e.kind === "unit-oom")).toHaveLength(6);
  expect(events.filter((e) => e.kind === "task-oom").map((e) => e.containerId.slice(0, 6))).toEqual([
    "68d465",
    "68d465",
    "7049dc",
    "36cc96",
  ]);
  expect(events.filter((e) => e.kind === "task-exit").map((e) => e.exitedPid)).toEqual([1014, 1074, 1144]);
});

test("a long line of another program is not searched", () => {
  const reader = createSystemReader(() => {});
  reader.line(lineOf(`Killed /a due to memory ${"x".repeat(100_000)}`));
  expect(reader.end()).toEqual([]);
});
