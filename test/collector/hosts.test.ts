import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { manifestOf, readSegments, sumsHold, text, ticksOf, unpack } from "./bundle.ts";
import { collect, collector, eachShell, has, skipUnless, until } from "./collector.ts";
import { folderOf, pidsIn } from "./places.ts";

let folder: string;
beforeEach((context) => {
  folder = folderOf(context);
});

const whereIs = (program: string) =>
  execFileSync("sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" }).trim();

/** A folder for PATH that holds these programs and no others. */
function only(programs: readonly string[]): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of programs) symlinkSync(whereIs(program), join(bin, program));
  return bin;
}

function standIn(bin: string, name: string, body: string): void {
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

const least =
  "cat tail date mkfifo ln rm mv mkdir rmdir uname grep sed sort wc tr cp df tar sha256sum sleep readlink ls head id".split(
    " ",
  );

async function record(
  shell: readonly string[],
  path: string,
  ...more: string[]
): Promise<{ bundle: string; log: string; stderr: string }> {
  const [program = "sh", ...rest] = shell;
  const run = await collect(
    [whereIs(program), ...rest],
    ["--duration", "4", "--spool", join(folder, "spool"), ...more],
    { env: { PATH: path } },
  ).ended;
  expect(run.code).toBe(0);
  const bundle = unpack(run.stdout.trim(), folder);
  expect(sumsHold(bundle)).toMatchObject({ ok: true });
  const segments = readSegments(bundle);
  expect(ticksOf(segments, "fast").length).toBeGreaterThanOrEqual(2);
  expect(ticksOf(segments, "mid").length).toBeGreaterThanOrEqual(1);
  expect(ticksOf(segments, "full").length).toBeGreaterThanOrEqual(2);
  for (const tick of segments.flatMap((segment) => segment.ticks)) expect(tick.endUp).not.toBeNull();
  return { bundle, log: text(join(bundle, "collector.log")), stderr: run.stderr };
}

describe.each(eachShell)("a poor host, under %s", (_name, shell) => {
  test("with the least of programs: no awk, gzip, timeout, setsid, xargs, cksum, bash, ping, vmstat", async () => {
    const bin = only(least);
    standIn(bin, "crictl", "exec sleep 600");
    const { bundle, log } = await record(shell, bin);
    // time limits are kept by other means
    expect(log).toContain("crictl did not answer in 5 s");
    expect(log).toContain("the ticker forks");
    expect(log).toContain("no journalctl");
    expect(existsSync(join(bundle, "ticks/000001.fast"))).toBe(true);
    expect(text(join(bundle, "index.tsv"))).toMatch(/^ticks\/000001\.fast\t\d+\t-\t/m);
  });

  test("where crictl and journalctl never answer", async () => {
    const bin = join(folder, "hang");
    for (const name of ["crictl", "journalctl"]) standIn(bin, name, "exec sleep 600");
    const { log } = await record(shell, `${bin}:${process.env["PATH"] ?? ""}`);
    expect(log).toContain("crictl did not answer in 5 s");
    expect(log).toContain("the journal is empty or cannot be read");
  });

  test("with a journal: the window, and what is added while it records", async () => {
    const bin = join(folder, "journal");
    standIn(
      bin,
      "journalctl",
      [
        `echo "$@" >>${folder}/asked`,
        'case " $* " in',
        '  *" -f "*) echo "{\\"MESSAGE\\":\\"followed\\"}"; exec sleep 600 ;;',
        '  *) echo "{\\"MESSAGE\\":\\"window\\"}" ;;',
        "esac",
      ].join("\n"),
    );
    // six hours where nothing else is asked for
    const [ago, args] = shell[0] === "bash" ? [6, []] : [2, ["--since", "2h"]];
    const { bundle } = await record(shell, `${bin}:${process.env["PATH"] ?? ""}`, ...args);
    expect(text(join(bundle, "logs/journal-window.json.gz"))).toBe('{"MESSAGE":"window"}\n');
    expect(text(join(bundle, "logs/kubelet.000001.gz"))).toBe('{"MESSAGE":"followed"}\n');
    expect(text(join(bundle, "logs/runtime.000001.gz"))).toBe('{"MESSAGE":"followed"}\n');
    const asked = readFileSync(join(folder, "asked"), "utf8");
    const since = Number(/--since=@(\d+) .* _TRANSPORT=kernel \+ _SYSTEMD_UNIT=kubelet\.service /.exec(asked)?.[1]);
    expect(Math.abs(Date.now() / 1000 - ago * 3600 - since)).toBeLessThan(300);
    for (const unit of ["k3s", "k3s-agent", "rke2-agent", "kubelet-eks", "snap.microk8s.daemon-kubelet"]) {
      expect(asked).toContain(` + _SYSTEMD_UNIT=${unit}.service`);
      expect(asked).toMatch(new RegExp(` -f .* -u kubelet .*-u ${unit}\\b`));
    }
    // never a whole record: those hold command lines
    for (const line of asked.split("\n").filter((each) => each.includes("-o json")))
      expect(line).toContain("--output-fields=MESSAGE");
    // its followers end with it
    await until("the followers' end", () => pidsIn(join(folder, "spool")).length === 0);
  });

  test("with the kubelet's log in a file", async () => {
    const node = join(folder, "node");
    mkdirSync(join(node, "var/log"), { recursive: true });
    for (const name of ["proc", "sys", "dev"]) symlinkSync(`/${name}`, join(node, name));
    writeFileSync(join(node, "var/log/kubelet.log"), "I1124 01:13:37.1 1 eviction_manager.go:376] before\n");
    const running = collect(shell, ["--root", node, "--no-chroot", "--spool", join(folder, "spool"), "-q"]);
    const copied = () =>
      execFileSync("sh", ["-c", 'cat "$1"/*/logs/kubelet.* 2>/dev/null || true', "sh", join(folder, "spool")], {
        encoding: "utf8",
      });
    await until("what was there before", () => copied().includes("before"));
    writeFileSync(join(node, "var/log/kubelet.log"), "I1124 01:13:38.1 1 eviction_manager.go:376] after\n", {
      flag: "a",
    });
    await until("what is added", () => copied().includes("after"));
    running.kill("SIGTERM");
    const run = await running.ended;
    expect(text(join(unpack(run.stdout.trim(), folder), "logs/kubelet.000001.gz"))).toMatch(/before\n.*after\n$/);
  });
});

describe.skipIf(!has("busybox"))("busybox alone", () => {
  test("is enough, with its applets and nothing else", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const busybox = whereIs("busybox");
    for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n"))
      symlinkSync(busybox, join(bin, applet));
    symlinkSync(busybox, join(bin, "busybox"));
    const { bundle, log } = await record(["busybox", "ash"], bin);
    expect(log).toMatch(/ticker busybox pid/);
    expect(existsSync(join(bundle, "ticks/000001.fast.gz"))).toBe(true);
  });
});

test.skipIf(skipUnless("a user without rights", process.getuid?.() === 0 ? null : "not root"))(
  "without rights it records what it may, and says what it loses",
  async () => {
    execFileSync("chmod", ["777", folder]);
    // the checkout may be closed to others
    const script = join(folder, "collect.sh");
    copyFileSync(collector, script);
    const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "dash"];
    const run = await collect(nobody, ["--duration", "2", "--spool", join(folder, "spool")], { script }).ended;
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("Not root: no kernel log, no slabinfo, no cgroup of its own");
    const bundle = unpack(run.stdout.trim(), folder);
    const { missing } = manifestOf(bundle);
    expect(missing).toEqual(expect.arrayContaining(["/proc/slabinfo", "/dev/kmsg", "/proc/timer_list"]));
    expect(text(join(bundle, "collector.log"))).toMatch(
      /oom_score_adj -999 refused[^]*no cgroup of its own[^]*the kernel log cannot be read/,
    );
    expect(ticksOf(readSegments(bundle), "fast")[0]?.files.get("/proc/meminfo")).toMatch(/^MemTotal:/);
  },
);

test.skipIf(!has("vmstat"))(
  "a ticker that cannot do 0.2 s is used where there is none other, and it is said",
  async () => {
    const run = await collect(["dash"], ["--duration", "2", "--spool", join(folder, "spool")], {
      env: { MEMFORENSICS_TICKER: "vmstat" },
    }).ended;
    const log = text(join(unpack(run.stdout.trim(), folder), "collector.log"));
    expect(log).toMatch(
      /ticker vmstat pid \d+\n\S+ it ticks once a second: under pressure the fast tier stays at that$/m,
    );
  },
);

const noChroot = skipUnless("a chroot to the node", process.getuid?.() === 0 ? null : "not root");
test.skipIf(noChroot)("in a debug pod it goes to the node's own root, and records there", async () => {
  // a node's file system of its own, as at a debug pod's /host: this machine's programs, another /var and /tmp
  const node = join(folder, "host");
  const shared = ["bin", "sbin", "lib", "lib64", "usr", "etc", "proc", "sys", "dev"].filter((name) =>
    existsSync(`/${name}`),
  );
  for (const name of [...shared, "var/lib", "tmp"]) mkdirSync(join(node, name), { recursive: true });
  writeFileSync(join(node, "here"), "");
  const binds = shared.map((name) => `mount --rbind /${name} ${node}/${name}`).join(" && ");
  const inNamespace = ["unshare", "--mount", "--propagation", "private", "sh", "-c", `${binds} && exec sh "$@"`, "sh"];
  const run = await collect(inNamespace, ["--root", node, "--duration", "2"]).ended;
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(`Paths below are the node's: here they begin with ${node}\n`);
  const bundle = run.stdout.trim();
  expect(bundle).toMatch(/^\/var\/lib\/memforensics\/[^/]+\.tgz$/);
  const unpacked = unpack(join(node, bundle), folder);
  expect(sumsHold(unpacked)).toMatchObject({ ok: true });
  expect(ticksOf(readSegments(unpacked), "fast")[0]?.files.get("/proc/meminfo")).toMatch(/^MemTotal:/);
  expect(text(join(unpacked, "node/start/etc/os-release"))).toBe(readFileSync("/etc/os-release", "utf8"));
});

test("doctor says what there is and what would be missing", async () => {
  const run = await collect([whereIs("dash")], ["doctor", "--spool", join(folder, "spool")], {
    env: { PATH: only(least) },
  }).ended;
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^ {2}yes {6}tail/m);
  expect(run.stdout).toMatch(/^ {2}MISSING {2}gzip +segments stay plain$/m);
  expect(run.stdout).toMatch(/^ {2}MISSING {2}journal/m);
  expect(run.stdout).toMatch(/^ {2}(?:yes {5}|MISSING) {2}oom_score_adj -999/m);
});

test("the printed manifest is Kubernetes YAML that asks for no more than it explains", async () => {
  const run = await collect(["sh"], ["--print-manifest"]).ended;
  const documents = parseAllDocuments(run.stdout);
  expect(documents.flatMap((document) => document.errors)).toEqual([]);
  const [set, pod] = documents.map((document) => document.toJS());
  expect([set.kind, pod.kind]).toEqual(["DaemonSet", "Pod"]);
  for (const spec of [set.spec.template.spec, pod.spec]) {
    expect(spec).toMatchObject({
      hostPID: true,
      automountServiceAccountToken: false,
      tolerations: [{ operator: "Exists" }],
    });
    const [container] = spec.containers;
    expect(container.resources.limits).toEqual(container.resources.requests);
    for (const mount of container.volumeMounts)
      expect(spec.volumes.map((volume: { name: string }) => volume.name)).toContain(mount.name);
    // its arguments are ones that the collector takes
    const tried = await collect(["sh"], [...container.args.slice(2), "--trigger", "never"]).ended;
    expect(tried.stderr).toContain("unknown trigger: never");
  }
});
