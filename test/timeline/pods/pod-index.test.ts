import { describe, expect, test } from "vitest";
import { buildPodIndex } from "../../../src/timeline/pods/pod-index.ts";
import { fixturePath } from "../../parse/kubelet/lines-of.ts";
import { factsOf, factsOfFiles, textFact } from "../evictions/facts-of.ts";

const UID = "b75d2f0d-81ca-45c3-85eb-b19f1d885235";
const ID = "437564f8a0f38a5f81156a04849d95e7fa355916dde50b72a49cef1bd2f567b5";
const SLICE = `kubepods-burstable-pod${UID.replaceAll("-", "_")}.slice`;

describe("cgroups of a capture", () => {
  test.each([
    ["systemd driver, containerd", `/kubepods.slice/kubepods-burstable.slice/${SLICE}/cri-containerd-${ID}.scope`],
    ["systemd driver, CRI-O", `/kubepods.slice/kubepods-burstable.slice/${SLICE}/crio-${ID}.scope`],
    ["cgroupfs driver", `/kubepods/burstable/pod${UID}/${ID}`],
    [
      "kind, seen from the host",
      `/docker/${"c".repeat(64)}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-${SLICE}/cri-containerd-${ID}.scope`,
    ],
    ["below the container", `/kubepods/burstable/pod${UID}/${ID}/init`],
  ])("%s", async (_name, cgroup) => {
    const index = buildPodIndex(await factsOf(["c1-both.pods.json", "c1-both.ls-var-log-containers"].map(fixturePath)));
    expect(index.ofCgroup(cgroup)).toEqual({
      pod: { namespace: "batch", name: "stubborn-0", uid: UID, container: "stubborn", containerId: ID },
      qosClass: "Burstable",
      container: "stubborn",
    });
  });

  test("a pod that nothing names is known by its uid; above pods nothing is; conmon is not the container", async () => {
    const index = buildPodIndex(await factsOf([fixturePath("c1-both.pods.json")]));
    const other = "11111111-2222-3333-4444-555555555555";
    expect(index.ofCgroup(`/kubepods/besteffort/pod${other}`)).toMatchObject({
      pod: { name: null, uid: other },
      qosClass: "BestEffort",
    });
    expect(index.ofCgroup("/kubepods.slice/kubepods-burstable.slice")).toBeNull();
    expect(index.ofCgroup("/system.slice/kubelet.service")).toBeNull();
    expect(index.ofCgroup(`/kubepods/burstable/pod${UID}/crio-conmon-${ID}.scope`)?.pod.containerId).toBeNull();
    expect(index.ofCgroup(`/kubepods/pod${UID}`)?.qosClass).toBe("Guaranteed");
  });

  test("the kubelet's log alone names pods and containers: PLEG has ids, kills have names", async () => {
    const index = buildPodIndex(await factsOf([fixturePath("b3-eviction.kubelet.short-iso-precise.log")]));
    const id = "13bc05440e2b73b8124b8605d709859713615fd5c8de946271dbb9119bcf9843";
    expect(index.ofContainerId(id)).toEqual({
      namespace: "batch",
      name: "leaky-5f6d8c7b9-abcde",
      uid: "5ee626ff-0d53-433e-8acc-29ad1e29b74a",
      container: "leaky",
      containerId: id,
    });
    expect(index.ofContainerId(id.slice(0, 12))).toMatchObject({ container: "leaky" });
  });
});

describe("joining", () => {
  test("listing, object and log of one pod are one entry, whatever their order", async () => {
    const names = [
      "c1-both.ls-var-log-pods",
      "c1-both.pods.json",
      "c1-both.kubelet-pods.json",
      "c1-both.ls-var-log-containers",
      "c1-both.kubelet.cat.log",
    ].map(fixturePath);
    for (const order of [names, names.toReversed()]) {
      const pods = buildPodIndex(await factsOf(order)).pods.filter((p) => p.pod.name === "stubborn-0");
      expect(pods.map((p) => [p.pod.uid, p.qosClass])).toEqual([[UID, "Burstable"]]);
    }
  });

  test("two incarnations of a StatefulSet's pod stay two", async () => {
    const pod = (uid: string): string =>
      `{"kind":"Pod","metadata":{"name":"db-0","namespace":"ns","uid":"${uid}"},"spec":{"containers":[{"name":"c"}]}}`;
    const index = buildPodIndex(
      await factsOfFiles([
        textFact("before.json", pod(UID)),
        textFact("after.json", pod("11111111-2222-3333-4444-555555555555")),
      ]),
    );
    expect(index.pods.map((p) => p.pod.uid).sort()).toEqual(["11111111-2222-3333-4444-555555555555", UID]);
  });

  test("a static pod: the mirror's object and the hash of its cgroup and logs are one pod", async () => {
    const hash = "1e396843ff781cfa662c1e9f2423a988";
    const index = buildPodIndex(
      await factsOfFiles([
        textFact(
          "pods.json",
          `{"kind":"Pod","metadata":{"name":"etcd-w","namespace":"kube-system","uid":"${UID}","annotations":{"kubernetes.io/config.hash":"${hash}"}},"spec":{"containers":[{"name":"etcd"}]}}`,
        ),
        textFact(
          "ls-var-log-pods",
          `/var/log/pods:\ntotal 1\ndrwxr-xr-x 3 root root 4096 Jan 1 00:00 kube-system_etcd-w_${hash}\n`,
        ),
      ]),
    );
    expect(index.ofCgroup(`/kubepods/burstable/pod${hash}`)?.pod).toMatchObject({
      namespace: "kube-system",
      name: "etcd-w",
      uid: UID,
    });
    expect(index.pods).toHaveLength(1);
  });

  test("a mirror whose annotations were left out is joined by its name", async () => {
    const hash = "1e396843ff781cfa662c1e9f2423a988";
    const index = buildPodIndex(
      await factsOfFiles([
        textFact(
          "pods.json",
          `{"kind":"Pod","metadata":{"name":"etcd-w","namespace":"kube-system","uid":"${UID}"},"spec":{"containers":[{"name":"etcd"}]},"status":{"qosClass":"Burstable"}}`,
        ),
        textFact(
          "ls-var-log-pods",
          `/var/log/pods:\ntotal 1\ndrwxr-xr-x 3 root root 4096 Jan 1 00:00 kube-system_etcd-w_${hash}\n`,
        ),
      ]),
    );
    expect(index.pods).toHaveLength(1);
    expect(index.ofUid(hash)).toMatchObject({ pod: { name: "etcd-w", uid: UID }, qosClass: "Burstable" });
  });
});
