// How large a managed heap may grow, as a pod's spec has it; absent from a container whose spec was not captured or says nothing of it.
/** The largest heap that a managed runtime was told it may have, from the pod's spec. Only the number is kept of what stands there. */
export interface HeapMaximum {
  readonly runtime: "JVM" | "Node.js" | ".NET" | "Go";
  readonly setting: string;
  /** Exactly one of the two: bytes, or per cent of the container's limit. */
  readonly bytes: number | null;
  readonly percent: number | null;
}
