// KubeletConfiguration as a file (YAML or JSON), as a drop-in, and as /configz gives it ({"kubeletconfig":{…}}).
import type { CapturedFile } from "../../model/capture.ts";
import type { KubeletConfig } from "../../model/kubelet.ts";
import type { Parser } from "../parser.ts";
import { type DocNode, type DocSource, get } from "../kube/doc-tree.ts";
import { headText, readDocuments } from "../kube/read-documents.ts";
import { CONFIG_KEYS, type ConfigValue, kubeletConfigOf } from "./config-builder.ts";

const valueOf = (source: DocSource, node: DocNode): ConfigValue => {
  const base = { ref: source.ref(node), scalar: null, map: null, list: null };
  if (node.kind === "scalar") return { ...base, scalar: node.value === null ? null : String(node.value) };
  if (node.kind === "array") {
    return {
      ...base,
      list: node.items.flatMap((item) => (item.kind === "scalar" && item.value !== null ? [String(item.value)] : [])),
    };
  }
  const map = new Map<string, { readonly value: string; readonly ref: ConfigValue["ref"] }>();
  for (const [key, member] of node.members) {
    if (member.kind === "scalar" && member.value !== null)
      map.set(key, { value: String(member.value), ref: source.ref(member) });
  }
  return { ...base, map };
};

const configOf = (source: DocSource, node: DocNode, kind: KubeletConfig["source"]): KubeletConfig => {
  const values = new Map<string, ConfigValue>();
  for (const key of CONFIG_KEYS) {
    const found = get(node, ...key.split("."));
    // an empty YAML value ("evictionHard:") is null, which the kubelet reads as absent
    if (found !== undefined && !(found.kind === "scalar" && found.value === null))
      values.set(key, valueOf(source, found));
  }
  return kubeletConfigOf(kind, values, [source.ref(get(node, "kind") ?? get(node, "apiVersion") ?? node)]);
};

/** The file by its kind or API group; a collector that keeps allowed keys only may have lost both: then its name tells. */
const CONFIG_HEAD = /kubelet\.config\.k8s\.io\/|kind"?: {0,4}"?KubeletConfiguration/;
const CONFIG_NAME =
  /(?:^|\/)(?:var\/lib\/kubelet\/config\.ya?ml|kubelet-?config[\w.-]{0,40}\.(?:ya?ml|json)|kubelet-configz[\w.-]{0,20}|configz(?:\.json)?)$/;
const CONFIGZ_HEAD = /"kubeletconfig"\s{0,8}:/;

export const kubeletConfigFile: Parser = {
  id: "config/kubelet-config",
  claims: (file: CapturedFile) => {
    const head = headText(file);
    if (CONFIGZ_HEAD.test(head)) return true;
    // a kubeadm ConfigMap or a machine config quotes it deep inside another object
    if (CONFIG_HEAD.test(head))
      return !/^\s{0,8}"?kind"?: {0,4}"?(?:ConfigMap|MachineConfig|List|KubeletConfig)"?,?\s*$/m.test(head);
    return (
      CONFIG_NAME.test(file.nodePath ?? file.path) &&
      /(?:^|[{,\s"])(?:eviction|kubeReserved|systemReserved|cgroupDriver|enforceNodeAllocatable)/.test(head)
    );
  },
  async parse(file, sink, report) {
    const { source, roots } = await readDocuments(file, report);
    for (const root of roots) {
      const configz = get(root, "kubeletconfig");
      if (configz !== undefined) sink.config(configOf(source, configz, "configz"));
      else if (root.kind === "object") sink.config(configOf(source, root, "config"));
    }
  },
};
