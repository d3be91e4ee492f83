// `kubectl describe node`: conditions, memory, versions, and the pods that run there.
import type { SourceRef } from "../../model/evidence.ts";
import type { NodeFact, PodFact } from "../../model/kubelet.ts";
import { parseQuantity } from "./quantity.ts";
import { namedPod } from "./stats-summary.ts";
import { apiStamp } from "./times.ts";

const DATE = String.raw`[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}`;
/** "  MemoryPressure   True    Tue, 03 Mar 2026 07:53:58 -0500   Tue, 03 Mar 2026 07:53:45 -0500   KubeletHasInsufficientMemory   …": heartbeat, transition. */
const CONDITION = new RegExp(
  String.raw`(?:^|[\s:|>])(MemoryPressure|DiskPressure|PIDPressure|Ready)\s{1,80}(True|False|Unknown)\s{1,80}(${DATE})\s{1,80}(${DATE})\s{1,80}(\w{1,80})`,
);

type Condition = NodeFact["conditions"][number];

export const conditionOfRow = (line: string, ref: SourceRef): Condition | null => {
  if (!line.includes("Pressure") && !line.includes("Ready")) return null;
  const match = CONDITION.exec(line.slice(0, 4096));
  if (match === null) return null;
  return {
    type: match[1] ?? "",
    status: match[2] ?? "",
    reason: match[5] ?? null,
    transition: apiStamp(match[4] ?? ""),
    from: ref,
  };
};

/** "  default   qos-burstable   100m (0%)     500m (3%)   128Mi (2%)       512Mi (8%)     46s": CPU requests and limits, memory requests and limits. */
const POD_ROW =
  /^\s{1,40}([a-z0-9][a-z0-9-]{0,62})\s{1,200}([a-z0-9][a-z0-9.-]{0,252})\s{1,200}\S{1,40} \(\d{1,9}%\)\s{1,80}\S{1,40} \(\d{1,9}%\)\s{1,80}(\S{1,40}) \(\d{1,9}%\)\s{1,80}(\S{1,40}) \(\d{1,9}%\)/;

const INFO: Readonly<Record<string, "kubeletVersion" | "containerRuntime" | "kernelRelease" | "osImage" | "bootId">> = {
  "Kubelet Version": "kubeletVersion",
  "Container Runtime Version": "containerRuntime",
  "Kernel Version": "kernelRelease",
  "OS Image": "osImage",
  "Boot ID": "bootId",
};

export class NodeDescription {
  readonly #name: string | null;
  readonly #from: [SourceRef, ...SourceRef[]];
  readonly #conditions: Condition[] = [];
  readonly #info = new Map<string, string>();
  readonly #memory = new Map<"Capacity" | "Allocatable", number>();
  #section: "Capacity" | "Allocatable" | null = null;

  constructor(name: string | null, ref: SourceRef) {
    this.#name = name;
    this.#from = [ref];
  }

  condition(condition: Condition): void {
    this.#conditions.push(condition);
  }

  /** Pods of the table of non-terminated pods; the caller keeps them. */
  line(text: string, ref: SourceRef): PodFact | null {
    const section = /^\s{0,8}(Capacity|Allocatable|System Info|Allocated resources|Conditions|Addresses|Events):/.exec(
      text,
    )?.[1];
    if (section !== undefined) this.#section = section === "Capacity" || section === "Allocatable" ? section : null;
    const memory = /^\s{0,40}memory:\s{1,200}(\S{1,40})\s{0,40}$/.exec(text);
    const bytes = memory?.[1] === undefined ? null : parseQuantity(memory[1]);
    if (bytes !== null && this.#section !== null) {
      this.#memory.set(this.#section, bytes);
      this.#from.push(ref);
      return null;
    }
    const info = /^\s{0,40}([A-Z][A-Za-z ]{3,40}):\s{1,200}(\S.{0,200}?)\s{0,40}$/.exec(text);
    const key = info?.[1] === undefined ? undefined : INFO[info[1]];
    if (key !== undefined && info?.[2] !== undefined) this.#info.set(key, info[2]);
    const pod = POD_ROW.exec(text);
    if (pod === null) return null;
    const [, namespace = null, name = null, request = "", limit = ""] = pod;
    return {
      ...namedPod({ namespace, name, uid: null, hash: null, containers: [], from: [ref] }),
      node: this.#name,
      requestBytes: parseQuantity(request),
      // "0" stands for no limit as well
      limitBytes: parseQuantity(limit) || null,
    };
  }

  fact(): NodeFact {
    const get = (key: string): string | null => this.#info.get(key) ?? null;
    return {
      name: this.#name,
      capacityMemoryBytes: this.#memory.get("Capacity") ?? null,
      allocatableMemoryBytes: this.#memory.get("Allocatable") ?? null,
      kubeletVersion: get("kubeletVersion"),
      containerRuntime: get("containerRuntime"),
      kernelRelease: get("kernelRelease"),
      osImage: get("osImage"),
      bootId: get("bootId"),
      conditions: this.#conditions,
      from: this.#from,
    };
  }
}
