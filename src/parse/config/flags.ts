// The kubelet's flags: unit files and environment files, one flag a line, and the FLAG: lines of its log.
import type { CapturedFile } from "../../model/capture.ts";
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { KubeletConfig, KubeletEvent } from "../../model/kubelet.ts";
import type { Parser } from "../parser.ts";
import { headText } from "../kube/read-documents.ts";
import { forEachLine } from "../text/lines.ts";
import { type ConfigValue, kubeletConfigOf } from "./config-builder.ts";

/** Flag → key of the config file (cmd/kubelet/app/options/options.go AddKubeletConfigFlags). */
const KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "eviction-hard": "evictionHard",
    "eviction-soft": "evictionSoft",
    "eviction-soft-grace-period": "evictionSoftGracePeriod",
    "eviction-minimum-reclaim": "evictionMinimumReclaim",
    "eviction-max-pod-grace-period": "evictionMaxPodGracePeriod",
    "eviction-pressure-transition-period": "evictionPressureTransitionPeriod",
    "kube-reserved": "kubeReserved",
    "system-reserved": "systemReserved",
    "enforce-node-allocatable": "enforceNodeAllocatable",
    "feature-gates": "featureGates",
    "cgroup-driver": "cgroupDriver",
    "cgroup-root": "cgroupRoot",
    "fail-swap-on": "failSwapOn",
    v: "logging.verbosity",
    "logging-format": "logging.format",
  }),
);
const MAPS = new Set([
  "evictionHard",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "evictionMinimumReclaim",
  "kubeReserved",
  "systemReserved",
  "featureGates",
]);

export interface Flag {
  readonly name: string;
  readonly value: string;
  readonly ref: SourceRef;
}

/** "memory.available<300Mi,nodefs.available<10%"; soft grace periods and reservations have "=". FLAG: lines wrap lists in [ ] or "map[…]". */
const mapOf = (text: string, ref: SourceRef): ConfigValue["map"] => {
  const map = new Map<string, { readonly value: string; readonly ref: SourceRef }>();
  for (const item of text.replace(/^(?:map)?\[|\]$/g, "").split(/[,\s]+/)) {
    const match = /^([\w.-]{1,100})(?:<|=|:)(\S{1,100})$/.exec(item);
    if (match?.[1] !== undefined && match[2] !== undefined) map.set(match[1], { value: match[2], ref });
  }
  return map;
};

export const configOfFlags = (flags: readonly Flag[]): KubeletConfig | null => {
  const values = new Map<string, ConfigValue>();
  for (const { name, value, ref } of flags) {
    const key = KEYS.get(name);
    if (key === undefined) continue;
    const list =
      key === "enforceNodeAllocatable"
        ? value
            .replace(/^\[|\]$/g, "")
            .split(",")
            .filter((item) => item !== "")
        : null;
    values.set(key, {
      ref,
      scalar: MAPS.has(key) || list !== null ? null : value,
      map: MAPS.has(key) ? mapOf(value, ref) : null,
      list,
    });
  }
  const [first, ...rest] = [...values.values()].map((value) => value.ref);
  return first === undefined ? null : kubeletConfigOf("flags", values, [first, ...rest]);
};

/** `--name=value`, `--name value`, quoted as a shell would; at most so many on one line. */
const FLAG =
  /(?:^|[\s"'=])--([a-z][\w.-]{0,80})(?:=|[ \t]{1,4}(?=[^-\s]))("[^"]{0,2000}"|'[^']{0,2000}'|[^\s"'\\]{0,2000})/g;

export const flagsOfLine = (text: string, ref: SourceRef): Flag[] =>
  [...text.slice(0, 65_536).matchAll(FLAG)].map(([, name = "", value = ""]) => ({
    name,
    value: value.replace(/^["']|["']$/g, ""),
    ref,
  }));

/**
 * The FLAG: lines show every flag, defaults as well, and not the config file's values. A map that is not empty was given; of the others only
 * the verbosity is told for certain (a config file may override none of what a flag gave).
 */
const SURE_WHEN_SET = new Set([
  "eviction-hard",
  "eviction-soft",
  "eviction-soft-grace-period",
  "eviction-minimum-reclaim",
  "kube-reserved",
  "system-reserved",
  "feature-gates",
]);

export const configOfFlagLines = (events: readonly KubeletEvent[]): KubeletConfig | null => {
  const flags: Flag[] = [];
  for (const event of events) {
    if (event.kind !== "flag" || !SURE_WHEN_SET.has(event.name) || /^(?:map\[\]|\[\])?$/.test(event.value)) continue;
    flags.push({ name: event.name, value: event.value, ref: event.from[0] });
  }
  return configOfFlags(flags);
};

/** kubeadm-flags.env, /etc/default/kubelet, /etc/sysconfig/kubelet, microk8s' args/kubelet, `systemctl cat kubelet`, node/start/…flags */
const NAMES =
  /(?:^|\/)(?:kubeadm-flags\.env|default\/kubelet|sysconfig\/kubelet|args\/kubelet|kubelet\.service|kubelet[\w.-]{0,20}flags[\w.-]{0,20}|10-kubeadm\.conf|20-extra-args\.conf|systemctl[-_]cat[\w.-]{0,40})$/;

export const kubeletFlags: Parser = {
  id: "config/kubelet-flags",
  claims: (file: CapturedFile) => NAMES.test(file.nodePath ?? file.path) && /--[a-z]/.test(headText(file)),
  async parse(file, sink, report) {
    const flags: Flag[] = [];
    let kubelet = !/systemctl[-_]cat/.test(file.path); // such a file holds other units as well
    await forEachLine(file, report, (text, line) => {
      const unit = /^# \/\S{1,300}\/([\w@.-]{1,100}\.(?:service|conf))\s*$/.exec(text);
      if (unit !== null) kubelet = /kubel|kubeadm/.test(text);
      if (!kubelet || /^\s{0,16}#/.test(text) || !text.includes("--")) return;
      flags.push(...flagsOfLine(text, sourceRef(file.path, line, text)));
    });
    const config = configOfFlags(flags);
    if (config !== null) sink.config(config);
  },
};
