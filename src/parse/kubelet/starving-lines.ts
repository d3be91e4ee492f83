// Signs that the kubelet itself is starved or cut off. Messages since 1.21; older ones put the error behind a colon or in [ ].
import type { KubeletFact } from "./event-of.ts";
import type { KlogMessage } from "./klog-message.ts";

type What = Extract<KubeletFact, { readonly kind: "starving" }>["what"];

const starving = (what: What, line: KlogMessage): KubeletFact => {
  const error = line.fields.get("err");
  const actual = line.fields.get("actual");
  const parts = [line.message, actual === undefined ? null : `actual ${actual}`, error ?? null].filter(
    (p) => p !== null,
  );
  return { kind: "starving", what, summary: parts.join(": ").slice(0, 300) };
};

/** "Skipping pod synchronization" err="PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s"   kubelet.go */
const skipping = (line: KlogMessage): What | null => {
  const error = line.fields.get("err") ?? line.message;
  // At every start, until the first relist: harmless.
  if (/container runtime is down/.test(error)) return "runtime-down";
  return /pleg was last seen active/.test(error) ? "pleg-unhealthy" : null;
};

/** dockershim put its own "operation timeout" behind code = Unknown. */
const TIMED_OUT = /DeadlineExceeded|Unavailable|operation timeout|context deadline exceeded/;
const timedOut = (line: KlogMessage): What | null =>
  TIMED_OUT.test((line.fields.get("err") ?? line.message).slice(0, 4096)) ? "runtime-call" : null;

const MESSAGES: readonly (readonly [text: RegExp, what: (line: KlogMessage) => What | null])[] = [
  [/^skipping pod synchronization/i, skipping],
  // "Housekeeping took longer than expected" err="housekeeping took too long" expected="1s" actual="3.692s"; 1.20–1.25 "Housekeeping took longer than 15s"
  [/^housekeeping took longer than /i, () => "housekeeping-slow"],
  // "Failed to update lease" err="Put …: context deadline exceeded"   component-helpers/apimachinery/lease/controller.go
  // ≤1.20: failed to update node lease, error: Put …: context deadline exceeded   pkg/kubelet/nodelease/controller.go
  [/^failed to (?:update (?:node )?lease|ensure (?:node )?lease exists)/i, () => "lease"],
  // "Error updating node status, will retry" err="failed to patch status …"; "Unable to update node status" err="update node status exceeds retry count"
  [/^(?:error updating node status, will retry|unable to update node status)/i, () => "status-update"],
  // ≤1.20: StopContainer "6287…" from runtime service failed: rpc error: …
  // "ListPodSandbox with filter from runtime service failed" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded"
  [/^[A-Z]\w{1,40}(?: .{1,400}?)? from (?:runtime|image) service failed/, timedOut],
  // "Generic (PLEG): Unable to retrieve pods" err="rpc error: …"; ≤1.20 GenericPLEG: Unable to retrieve pods: rpc error: …   pleg/generic.go
  [/^Generic ?(?:\(PLEG\)|PLEG): Unable to retrieve pods/, timedOut],
  [/^container runtime sanity check failed/i, () => "runtime-down"],
  // "Node became not ready" … condition={…"message":"container runtime is down"}: the node event is kept, this is its cause
];

export const starvingFact = (line: KlogMessage): KubeletFact | null => {
  for (const [text, what] of MESSAGES) {
    if (!text.test(line.message)) continue;
    const found = what(line);
    return found === null ? null : starving(found, line);
  }
  return null;
};
