// What a line that has a speaker must hold for the reader of Kubernetes' text to look at it (text-reader.ts, api-evictions.ts, event-lines.ts). A new
// pattern needs its word here (test/parse/log/glance.test.ts finds those that have none).

export const KUBE_WORDS: readonly string[] = [
  "Reason:OOMKilling",
  "evictions.go:",
  "evicting pod ",
  "Event(v1.ObjectReference{",
  'Event occurred"',
  " - event for ",
];
