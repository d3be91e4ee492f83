// What a klog line of the kubelet must hold, or its message begin with, to be any of the lines that this folder reads. All others are signs
// of life only: a new pattern needs its word here (test/parse/log/glance.test.ts finds those that have none).
import { Starts } from "../text/starts.ts";

/** Somewhere in the line. */
export const KUBELET_WORDS: readonly string[] = [" from runtime service failed", " from image service failed"];

/** How the message begins; letters of either size. EVICTION_FILES' lines are read whatever they begin with. */
export const KUBELET_STARTS = new Starts([
  "Eviction manager:",
  // other-lines.ts
  "Got sys oom event",
  "SyncLoop (PLEG)",
  "Generic (PLEG): container finished",
  "Killing container ",
  "Recording ",
  "Node became not ready",
  "Pod admission denied",
  "Kubelet version",
  "Starting kubelet main sync loop",
  "FLAG: --",
  "Error syncing pod",
  "Shutdown manager ",
  // starving-lines.ts
  "Skipping pod synchronization",
  "Housekeeping took longer than ",
  "Failed to update lease",
  "Failed to update node lease",
  "Failed to ensure ",
  "Error updating node status, will retry",
  "Unable to update node status",
  "Generic (PLEG): Unable to retrieve pods",
  "GenericPLEG: Unable to retrieve pods",
  "Container runtime sanity check failed",
]);

export const EVICTION_FILES: readonly Uint8Array[] = [
  "eviction_manager.go",
  "helpers.go",
  "memory_threshold_notifier_linux.go",
].map((name) => new TextEncoder().encode(name));

/** Without a header: JSON, and the manager's own words (klog-message.ts BARE). */
export const BARE_STARTS = new Starts(["{", "eviction manager: ", '"eviction manager: ']);
