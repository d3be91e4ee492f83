import { describe, expect, test } from "vitest";
import { configOfFlagLines } from "../../../src/parse/config/flags.ts";
import { createKubeletReader } from "../../../src/parse/kubelet/reader.ts";
import { capturedFile, gather, textFact } from "../../timeline/evictions/facts-of.ts";
import { fixture, linesOf } from "../kubelet/lines-of.ts";

describe("configuration files", () => {
  test("YAML: values with their lines; what is absent stays null", async () => {
    const { configs } = await gather([
      capturedFile("var/lib/kubelet/config.yaml", fixture("c1-both.kubelet-config.yaml")),
    ]);
    expect(configs).toMatchObject([
      {
        source: "config",
        evictionHard: {
          "memory.available": "100Mi",
          "nodefs.available": "2%",
          "nodefs.inodesFree": "1%",
          "imagefs.available": "2%",
        },
        evictionSoft: { "memory.available": "700Mi" },
        evictionSoftGracePeriod: { "memory.available": "5s" },
        evictionMinimumReclaim: null,
        mergeDefaultEvictionSettings: null,
        evictionMaxPodGracePeriodSec: 60,
        evictionPressureTransitionPeriodMs: 30_000,
        enforceNodeAllocatable: ["pods"],
        kubeReservedMemory: null,
        cgroupDriver: "systemd",
        failSwapOn: false,
        verbosity: 2,
        loggingFormat: "text",
      },
    ]);
    expect(configs[0]?.refs["evictionHard.memory.available"]).toEqual({
      file: "var/lib/kubelet/config.yaml",
      line: 14,
      text: "memory.available: 100Mi",
    });
  });

  test("configz, on one line: the piece around each key", async () => {
    const bytes = fixture("c1-both.kubelet-configz.json");
    const { configs } = await gather([capturedFile("kubelet-configz.json", bytes)]);
    expect(configs).toMatchObject([
      {
        source: "configz",
        evictionHard: { "memory.available": "100Mi" },
        mergeDefaultEvictionSettings: false,
        memoryThrottlingFactor: 0.9,
        memoryReservationPolicy: "None",
      },
    ]);
    const ref = configs[0]?.refs["evictionSoft.memory.available"];
    expect(ref?.text).toContain('"memory.available":"700Mi"');
    expect(new TextDecoder().decode(bytes)).toContain(ref?.text);
  });

  test("a drop-in with an empty map, which is not an absent one; a null, which is", async () => {
    const { configs } = await gather([
      textFact(
        "10-x.conf",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nevictionHard: {}\nevictionSoft:\nkubeReserved:\n  memory: 1Gi\nfeatureGates:\n  MemoryQoS: true\n",
      ),
    ]);
    expect(configs).toMatchObject([
      { evictionHard: {}, evictionSoft: null, kubeReservedMemory: "1Gi", memoryQoS: true },
    ]);
  });

  test("a file that a collector cut down to its allowed keys is known by its name", async () => {
    const { configs, parsers } = await gather([
      textFact("node/start/var/lib/kubelet/config.yaml", 'evictionHard:\n  "memory.available": 5%\n'),
    ]);
    expect(parsers).toEqual(["config/kubelet-config"]);
    expect(configs).toMatchObject([{ evictionHard: { "memory.available": "5%" } }]);
  });

  test("a ConfigMap that quotes a config is none", async () => {
    const { configs } = await gather([
      textFact(
        "cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  kubelet: |\n    apiVersion: kubelet.config.k8s.io/v1beta1\n    kind: KubeletConfiguration\n",
      ),
    ]);
    expect(configs).toEqual([]);
  });
});

describe("flags", () => {
  test("an environment file and a unit file with several units", async () => {
    const { configs } = await gather([
      textFact(
        "var/lib/kubelet/kubeadm-flags.env",
        `KUBELET_KUBEADM_ARGS="--eviction-hard=memory.available<750Mi,nodefs.available<10% --kube-reserved=cpu=100m,memory=1638Mi --enforce-node-allocatable=pods,kube-reserved --v 4"\n`,
      ),
      textFact(
        "systemctl-cat",
        "# /etc/systemd/system/kubelet.service\n[Service]\nExecStart=/usr/bin/kubelet --eviction-soft='memory.available<1Gi' \\\n  --eviction-soft-grace-period=memory.available=1m30s\n# /usr/lib/systemd/system/other.service\nExecStart=/bin/x --eviction-hard=memory.available<1Mi\n",
      ),
    ]);
    expect(configs).toMatchObject([
      {
        source: "flags",
        evictionHard: { "memory.available": "750Mi", "nodefs.available": "10%" },
        kubeReservedMemory: "1638Mi",
        enforceNodeAllocatable: ["pods", "kube-reserved"],
        verbosity: 4,
        evictionSoft: null,
      },
      {
        source: "flags",
        evictionHard: null,
        evictionSoft: { "memory.available": "1Gi" },
        evictionSoftGracePeriod: { "memory.available": "1m30s" },
      },
    ]);
    expect(configs[1]?.refs["evictionSoftGracePeriod"]?.line).toBe(4);
  });

  test("FLAG: lines show defaults as well: only maps that were given count", () => {
    const reader = createKubeletReader(() => {});
    const line = (text: string): string => `I1124 01:08:05.398454     410 flags.go:64] FLAG: --${text}`;
    for (const l of linesOf(
      [line('eviction-hard=""'), line('cgroup-driver="cgroupfs"'), line('kube-reserved="map[]"')].join("\n"),
      { ident: "kubelet" },
    ))
      reader.line(l);
    expect(configOfFlagLines(reader.end().kubelet)).toBeNull();
    const given = createKubeletReader(() => {});
    for (const l of linesOf(line('eviction-hard="memory.available<300Mi"'), { ident: "kubelet" })) given.line(l);
    expect(configOfFlagLines(given.end().kubelet)).toMatchObject({
      evictionHard: { "memory.available": "300Mi" },
      cgroupDriver: null,
    });
  });
});
