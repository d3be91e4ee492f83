import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { filesBelow, readSegments, text, ticksOf, unpack } from "./bundle.ts";
import { collect, eachShell, has, shells, skipUnless } from "./collector.ts";
import { folderOf, remove } from "./places.ts";

let folder: string;
let node: string;
beforeEach((context) => {
  folder = folderOf(context);
  node = join(folder, "node");
  for (const name of ["proc", "sys", "dev"]) plantLink(name);
});

const plantLink = (name: string) => {
  mkdirSync(node, { recursive: true });
  symlinkSync(`/${name}`, join(node, name));
};

function plant(path: string, content: string): void {
  mkdirSync(dirname(join(node, path)), { recursive: true });
  writeFileSync(join(node, path), content);
}

const secret = (where: string) => `planted-secret-${where}`;

/** A whole run on a node whose file system is in a folder; the bundle's folder. */
async function record(shell: readonly string[], ...more: string[]): Promise<string> {
  return recordWith(process.env["PATH"] ?? "", shell, ...more);
}

async function recordWith(path: string, shell: readonly string[], ...more: string[]): Promise<string> {
  const run = await collect(
    shell,
    ["--root", node, "--no-chroot", "--duration", "2", "--spool", join(folder, "spool"), "-q", ...more],
    {
      env: { PLANTED: secret("collector-environment"), PATH: path },
    },
  ).ended;
  expect(run).toMatchObject({ code: 0, stderr: "" });
  return unpack(run.stdout.trim(), folder);
}

/** A PATH in which one of the awks that are here is awk. */
const awks = ["mawk", "gawk", "busybox"].filter(has);
function withAwk(name: string): string {
  const bin = join(folder, `with-${name}`);
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), join(bin, "awk"));
  }
  return `${bin}:${process.env["PATH"] ?? ""}`;
}

const holds = (bundle: string, part: string): string[] =>
  filesBelow(bundle).filter((name) => text(join(bundle, name)).includes(part));

// each shell with another awk
const eachShellAndAwk = eachShell.map(([name, shell], at) => [name, awks[at % awks.length] ?? "awk", shell] as const);

describe.each(eachShellAndAwk)("what is private stays on the node, under %s with %s", (_name, awk, shell) => {
  test("secrets in configuration, flags, environments and command lines", async () => {
    plant(
      "var/lib/kubelet/config.yaml",
      [
        "apiVersion: kubelet.config.k8s.io/v1beta1",
        "kind: KubeletConfiguration",
        "authentication:",
        "  x509:",
        `    clientCAFile: ${secret("yaml-nested")}`,
        `staticPodURLHeader: {Authorization: [${secret("yaml-flow")}]}`,
        "evictionHard:",
        "  memory.available: 300Mi",
        "  nodefs.available: 10%",
        `tlsPrivateKeyFile: ${secret("yaml")}`,
        "systemReserved: {memory: 200Mi}",
        `# ${secret("yaml-comment")}`,
        "",
      ].join("\n"),
    );
    plant(
      "var/lib/kubelet/kubeadm-flags.env",
      `KUBELET_KUBEADM_ARGS="--eviction-hard=memory.available<200Mi --bootstrap-token=${secret("flag")} --v=4"\n`,
    );
    plant(
      "etc/rancher/k3s/config.yaml",
      `token: ${secret("k3s")}\nkubelet-arg:\n  - "system-reserved=memory=500Mi"\n  - "tls-private-key-file=${secret("k3s-arg")}"\n`,
    );
    plant("etc/kubernetes/kubelet.conf", `users: [{user: {token: ${secret("kubeconfig")}}}]\n`);
    plant("var/log/pods/ns_pod_0a/app/0.log", secret("container-log"));
    plant("var/log/syslog", `sshd: ${secret("syslog")}\n`);
    const process = spawn("sh", ["-c", "sleep 30; true", secret("command-line")], {
      env: { PATH: "/usr/bin:/bin", S: secret("environment") },
    });
    try {
      const bundle = await recordWith(withAwk(awk), shell);
      expect(holds(bundle, "planted-secret")).toEqual([]);
      const config = parse(readFileSync(join(bundle, "node/start/kubelet-config.yaml"), "utf8"));
      expect(config).toEqual({
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        evictionHard: { "memory.available": "300Mi", "nodefs.available": "10%" },
        systemReserved: { memory: "200Mi" },
      });
      expect(text(join(bundle, "node/start/kubelet-flags")).trim().split("\n")).toEqual([
        "--eviction-hard=memory.available<200Mi",
        "--system-reserved=memory=500Mi",
        "--v=4",
      ]);
      expect(text(join(bundle, "node/start/ls-var-log-pods"))).toContain("ns_pod_0a");
      // from outside, under the node's own names
      const full = ticksOf(readSegments(bundle), "full")[0];
      expect(full?.files.has("/proc/slabinfo")).toBe(true);
      expect(full?.files.get(`/proc/${process.pid}/status`)).toContain("Name:\tsh");
      const read = [...(full?.files.keys() ?? [])]
        .filter((name) => /^\/proc\/\d+\//.test(name))
        .map((name) => name.replace(/.*\//, ""));
      expect([...new Set(read)].toSorted()).toEqual([
        "cgroup",
        "oom_score",
        "oom_score_adj",
        "stat",
        "statm",
        "status",
      ]);
    } finally {
      process.kill();
    }
  });

  test("a configuration in JSON, whole and on one line", async () => {
    const document = {
      kind: "KubeletConfiguration",
      authentication: { webhook: { enabled: true, cacheTTL: secret("nested") } },
      evictionHard: { "memory.available": "5%", "nodefs.available": "1Gi" },
      featureGates: { MemoryQoS: true, ['x"{\\']: false },
      tlsCipherSuites: [secret("array"), "}"],
      maxPods: 110,
    };
    const { authentication: _a, tlsCipherSuites: _t, ...allowed } = document;
    for (const form of [JSON.stringify(document), JSON.stringify(document, null, 2)]) {
      plant("etc/kubernetes/kubelet/config.json", form);
      const bundle = await recordWith(withAwk(awk), shell);
      expect(JSON.parse(readFileSync(join(bundle, "node/start/kubelet-config.json"), "utf8"))).toEqual(allowed);
      expect(holds(bundle, "planted-secret")).toEqual([]);
      remove(bundle);
    }
  });
});

test("command lines are taken where they are asked for, once at start and once at the end, and by no tick", async () => {
  const process = spawn("sh", ["-c", "sleep 30; true", secret("command-line")], { stdio: "ignore" });
  try {
    const bundle = await record(shells.at(-1) ?? ["sh"], "--with-args");
    expect(holds(bundle, secret("command-line"))).toEqual(["node/end/args", "node/start/args"]);
    expect(text(join(bundle, "node/end/args"))).toMatch(
      new RegExp(`^==> .*/proc/${process.pid}/cmdline <==\\nsh -c sleep 30; true ${secret("command-line")} `, "m"),
    );
  } finally {
    process.kill();
  }
});

describe("the API's word", () => {
  const pods = {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        metadata: {
          name: "api-0",
          namespace: "shop",
          uid: "u-1",
          annotations: { note: secret("annotation") },
          labels: { app: "x" },
        },
        spec: {
          nodeName: "node-1",
          priority: 7,
          containers: [
            {
              name: "api",
              image: "shop/api:1",
              args: [secret("argument")],
              env: [{ name: "TOKEN", value: secret("env") }],
              resources: { limits: { memory: "1Gi" }, requests: { memory: "512Mi" } },
            },
          ],
          volumes: [
            { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
            { name: "s", secret: { secretName: secret("volume") } },
          ],
        },
        status: {
          phase: "Failed",
          qosClass: "Burstable",
          reason: "Evicted",
          message: 'The node was low on resource: memory. Threshold quantity: 100Mi, "available": {5Mi}, a\\b, ü.',
        },
      },
    ],
  };

  /** what of it may be taken */
  const allowed = {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        metadata: { name: "api-0", namespace: "shop", uid: "u-1" },
        spec: {
          nodeName: "node-1",
          priority: 7,
          containers: [
            {
              name: "api",
              image: "shop/api:1",
              resources: { limits: { memory: "1Gi" }, requests: { memory: "512Mi" } },
            },
          ],
          volumes: [{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } }, { name: "s" }],
        },
        status: pods.items[0]?.status,
      },
    ],
  };

  function standIn(body: string): string {
    const bin = join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "kubectl"), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return bin;
  }

  test.each(awks)("is taken by allowed fields, with %s", async (awk) => {
    writeFileSync(join(folder, "pods.json"), JSON.stringify(pods));
    writeFileSync(join(folder, "pretty.json"), JSON.stringify(pods, null, 4));
    for (const file of ["pods.json", "pretty.json"]) {
      const bin = standIn(
        `case "$*" in *"get pods"*spec.nodeName=node-1*) cat ${join(folder, file)} ;; *) exit 1 ;; esac`,
      );
      const out = join(folder, "api.tgz");
      const run = await collect(["sh"], ["api", "node-1", "-o", out], {
        env: { PATH: `${bin}:${withAwk(awk)}` },
      }).ended;
      expect(run).toMatchObject({ code: 0, stdout: `${out}\n` });
      const printed = execFileSync("tar", ["-xzOf", out, "node-1-api/node/end/api/pods.json"], { encoding: "utf8" });
      expect(printed).not.toContain("planted-secret");
      expect(JSON.parse(printed)).toEqual(allowed);
    }
  });

  test("is in the bundle of a node whose own kubeconfig may read it, and no secret of it", async () => {
    plant("etc/kubernetes/admin.conf", "may not\n");
    plant("etc/kubernetes/kubelet.conf", `users: [{user: {token: ${secret("kubeconfig")}}}]\n`);
    writeFileSync(join(folder, "pods.json"), JSON.stringify(pods));
    const events = {
      kind: "List",
      items: [{ reason: "Evicted", message: "for memory", metadata: { annotations: { a: secret("event") } } }],
    };
    writeFileSync(join(folder, "events.json"), JSON.stringify(events));
    const ask = [
      `echo "$@" >>${folder}/asked`,
      'case "$*" in *admin.conf*) exit 1 ;;',
      `*"get pods"*spec.nodeName=*) cat ${folder}/pods.json ;; *"get events"*) cat ${folder}/events.json ;; *) exit 1 ;; esac`,
    ];
    const bundle = await recordWith(`${standIn(ask.join("\n"))}:${process.env["PATH"] ?? ""}`, shells[0] ?? ["sh"]);
    expect(JSON.parse(text(join(bundle, "node/end/api/pods.json")))).toEqual(allowed);
    expect(JSON.parse(text(join(bundle, "node/end/api/events.json")))).toEqual({
      kind: "List",
      items: [{ reason: "Evicted", message: "for memory" }],
    });
    expect(filesBelow(join(bundle, "node/end/api")).toSorted()).toEqual(["events.json", "pods.json"]);
    expect(holds(bundle, "planted-secret")).toEqual([]);
    const asked = readFileSync(join(folder, "asked"), "utf8");
    expect(asked).toContain(
      `--kubeconfig ${node}/etc/kubernetes/kubelet.conf get pods --all-namespaces --field-selector=spec.nodeName=${hostname()} `,
    );
    // one that gives no pods is not asked for more
    expect(asked.match(/admin\.conf/g)).toHaveLength(1);
  });

  const captures = "../shared/captures";
  const noCaptures = skipUnless("real documents of the API", existsSync(captures) ? null : `${captures} is not here`);

  test.skipIf(noCaptures).each(["b-eviction-wins-6.12", "c1-both-6.12"])("of %s: real documents", async (capture) => {
    const document = (kind: string) =>
      execFileSync("tar", ["-xzOf", `${captures}/${capture}.tgz`, `${capture}/api-after/${kind}.json`], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
    const real = { pods: document("pods"), events: document("events") };
    writeFileSync(join(folder, "pods"), real.pods);
    writeFileSync(join(folder, "events"), real.events);
    const bin = standIn(
      `case "$*" in *"get pods"*) cat ${folder}/pods ;; *"get events"*) cat ${folder}/events ;; *) exit 1 ;; esac`,
    );
    const out = join(folder, "api.tgz");
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    expect(await collect(["sh"], ["api", "node-1", "-o", out], { env }).ended).toMatchObject({ code: 0 });
    const printed = (kind: string) =>
      JSON.parse(execFileSync("tar", ["-xzOf", out, `node-1-api/node/end/api/${kind}.json`], { encoding: "utf8" }));
    const [taken, events] = [printed("pods"), printed("events")];
    const original = { pods: JSON.parse(real.pods), events: JSON.parse(real.events) };
    expect(taken.items.length).toBe(original.pods.items.length);
    for (const [at, pod] of taken.items.entries()) {
      const { metadata, status } = original.pods.items[at];
      expect(pod.metadata).toMatchObject({ name: metadata.name, namespace: metadata.namespace, uid: metadata.uid });
      expect(pod.status.phase).toBe(status.phase);
      expect(pod.status.message).toBe(status.message);
      expect(pod.status.containerStatuses).toEqual(status.containerStatuses);
    }
    expect(events.items.map((event: { message?: string }) => event.message)).toEqual(
      original.events.items.map((event: { message?: string }) => event.message),
    );
    const keys = new Set<string>();
    JSON.stringify(taken, (key, value) => {
      keys.add(key);
      return value;
    });
    for (const key of [
      "env",
      "envFrom",
      "args",
      "command",
      "annotations",
      "managedFields",
      "secret",
      "configMap",
      "hostPath",
    ])
      expect([key, keys.has(key)]).toEqual([key, false]);
  });

  test("a kubectl that fails is one sentence and exit 1", async () => {
    const bin = standIn("exit 1");
    const run = await collect(["sh"], ["api", "node-1", "-o", join(folder, "api.tgz")], {
      env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    }).ended;
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: "collect.sh: kubectl gave no pods of node-1\n" });
  });
});
