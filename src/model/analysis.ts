// The analysis document: one definition gives the type and the JSON Schema. `--format json` prints it, every other output
// is drawn from it and says nothing that it does not hold. What the input does not say is null, never a guess, never 0.
import { type Static, type TSchema, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const oneOf = <const T extends string[]>(values: readonly [...T]) => Type.Enum<T>([...values]);

const Text = Type.String();
const Num = Type.Number();
const Count = Type.Integer({ minimum: 0 });

export const InstantSchema = Type.Object(
  {
    unixMs: orNull(
      Type.Number({
        description:
          "Milliseconds since 1970-01-01T00:00:00Z; may have a fraction. Null where nothing puts the instant on the wall clock.",
      }),
    ),
    uncertaintyMs: Type.Number({
      minimum: 0,
      description: "Half the width of the interval in which the instant truly lies.",
    }),
    utc: orNull(Type.String({ description: "ISO 8601, as many digits as the uncertainty bears." })),
    bootSec: orNull(Type.Number({ description: "Seconds since boot, where the clock counts from boot." })),
    clock: Type.String({ description: "The clock whose reading this is." }),
    anchor: orNull(Type.String({ description: "What bound that clock to the wall clock." })),
  },
  strict,
);
export type Instant = Static<typeof InstantSchema>;

export const EvidenceSchema = Type.Object(
  {
    file: Text,
    line: Type.Integer({
      minimum: 1,
      description: "Counted from 1 in the file as it stands in the bundle (gunzipped).",
    }),
    endLine: orNull(Type.Integer({ minimum: 1 })),
    text: Type.String({ maxLength: 400 }),
  },
  strict,
);
export type Evidence = Static<typeof EvidenceSchema>;
const EvidenceList = Type.Array(EvidenceSchema);

export const PodRefSchema = Type.Object(
  {
    namespace: orNull(Text),
    name: orNull(Text),
    uid: orNull(Text),
    container: orNull(Text),
    containerId: orNull(Text),
  },
  strict,
);
export type PodRef = Static<typeof PodRefSchema>;

export const OUTCOMES = [
  "kernel-won",
  "kernel-won-mid-eviction",
  "kubelet-won",
  "eviction-insufficient",
  "userspace-won",
  "unopposed",
  "no-race",
  "pressure-only",
  "undetermined",
  "none",
] as const;
export const OutcomeSchema = oneOf(OUTCOMES);
export type Outcome = (typeof OUTCOMES)[number];

export const SCOPES = ["node", "allocatable", "pod", "container", "system"] as const;
const ScopeSchema = oneOf(SCOPES);
export type Scope = (typeof SCOPES)[number];

const CONFIDENCES = ["high", "medium", "low"] as const;
const ConfidenceSchema = oneOf(CONFIDENCES);
export type Confidence = (typeof CONFIDENCES)[number];

const QOS = ["Guaranteed", "Burstable", "BestEffort", "system"] as const;
const QosSchema = oneOf(QOS);
export type QosClass = (typeof QOS)[number];

export const ThresholdSchema = Type.Object(
  { signal: Text, value: Text, bytes: orNull(Num), gracePeriodMs: orNull(Num) },
  strict,
);
export type Threshold = Static<typeof ThresholdSchema>;

const SourceSchema = Type.Object(
  {
    path: Type.String({ description: "Base name only." }),
    layout: Text,
    sha256: orNull(Text),
    bytes: Count,
    integrity: orNull(oneOf(["verified", "unsealed", "mismatch"] as const)),
    files: Count,
  },
  strict,
);

const NodeSchema = Type.Object(
  {
    hostname: orNull(Text),
    kernelRelease: orNull(Text),
    osName: orNull(Text),
    kubeletVersion: orNull(Text),
    containerRuntime: orNull(Text),
    cgroupVersion: orNull(Type.Union([Type.Literal(1), Type.Literal(2)])),
    memTotalBytes: orNull(Num),
    swapTotalBytes: orNull(Num),
    cpus: orNull(Count),
    bootedAt: orNull(InstantSchema),
    eviction: orNull(
      Type.Object(
        {
          hard: Type.Array(ThresholdSchema),
          soft: Type.Array(ThresholdSchema),
          source: oneOf(["config", "log", "default"] as const),
        },
        strict,
      ),
    ),
    reserved: orNull(
      Type.Object({ kubeBytes: orNull(Num), systemBytes: orNull(Num), enforced: Type.Array(Text) }, strict),
    ),
    memoryQoS: oneOf(["on", "off", "unknown"] as const),
  },
  strict,
);

const CoverageSchema = Type.Object(
  {
    from: orNull(InstantSchema),
    to: orNull(InstantSchema),
    ticks: Count,
    medianIntervalMs: orNull(Num),
    gaps: Type.Array(Type.Object({ from: InstantSchema, to: InstantSchema, reason: Text }, strict)),
    sources: Type.Record(Type.String(), oneOf(["present", "absent", "partial"] as const)),
  },
  strict,
);

export const VerdictSchema = Type.Object(
  {
    outcome: OutcomeSchema,
    confidence: ConfidenceSchema,
    incidentId: orNull(Text),
    sentence: Text,
    marginMs: orNull(
      Type.Number({
        description: "First kubelet reaction minus first kernel kill: positive means that the kernel was first.",
      }),
    ),
    marginUncertaintyMs: orNull(Num),
    caveats: Type.Array(Text),
  },
  strict,
);
export type Verdict = Static<typeof VerdictSchema>;

export const MILESTONES = [
  "pressure-began",
  "threshold-crossed",
  "kubelet-noticed",
  "kubelet-ranked",
  "kubelet-evicted",
  "memory-recovered",
  "direct-reclaim-began",
  "kernel-invoked-oom",
  "kernel-killed",
  "kernel-reaped",
  "kubelet-saw-oom",
  "node-rebooted",
] as const;
export type MilestoneKind = (typeof MILESTONES)[number];

export const CONSEQUENCES = [
  "container-died",
  "container-restarted",
  "crash-loop",
  "node-not-ready",
  "memory-pressure-condition",
  "late-eviction",
  "kubelet-lost",
  "runtime-lost",
  "node-rebooted",
] as const;
export type ConsequenceKind = (typeof CONSEQUENCES)[number];

export const MilestoneSchema = Type.Object(
  { kind: oneOf(MILESTONES), at: InstantSchema, evidence: EvidenceList },
  strict,
);
export type Milestone = Static<typeof MilestoneSchema>;
export const ConsequenceSchema = Type.Object(
  {
    kind: oneOf(CONSEQUENCES),
    at: InstantSchema,
    pod: orNull(PodRefSchema),
    exitCode: Type.Optional(
      orNull(Type.Integer({ description: "Of a container that died, where the runtime or its status tells it." })),
    ),
    evidence: EvidenceList,
  },
  strict,
);
export type Consequence = Static<typeof ConsequenceSchema>;

export const RaceSchema = Type.Object(
  {
    fallRateBytesPerSec: orNull(Num),
    headroomAtCrossingBytes: orNull(Num),
    timeToExhaustionMs: orNull(Num),
    kubeletReactionMs: orNull(Num),
    kubeletSilentMs: orNull(Num),
    kubeletPassMs: orNull(Num),
    kubeletPassAtLeast: Type.Boolean(),
    thresholdBytes: orNull(Num),
    floorBytes: orNull(Num),
    requiredThresholdBytes: orNull(Num),
  },
  strict,
);
export type Race = Static<typeof RaceSchema>;

const WhatIfSchema = Type.Object(
  { thresholdBytes: Num, outcome: OutcomeSchema, marginMs: orNull(Num), marginUncertaintyMs: orNull(Num) },
  strict,
);

export const IncidentSchema = Type.Object(
  {
    id: Text,
    from: InstantSchema,
    to: InstantSchema,
    scope: ScopeSchema,
    outcome: OutcomeSchema,
    confidence: ConfidenceSchema,
    sentence: Text,
    marginMs: orNull(Num),
    marginUncertaintyMs: orNull(Num),
    oomKillIds: Type.Array(Text),
    evictionIds: Type.Array(Text),
    userspaceKillIds: Type.Array(Text),
    milestones: Type.Array(MilestoneSchema),
    race: orNull(RaceSchema),
    whatIf: Type.Array(WhatIfSchema),
    consequences: Type.Array(ConsequenceSchema),
  },
  strict,
);
export type Incident = Static<typeof IncidentSchema>;

const VictimSchema = Type.Object(
  {
    pid: Type.Integer(),
    comm: Text,
    uid: orNull(Num),
    totalVmBytes: orNull(Num),
    anonRssBytes: orNull(Num),
    fileRssBytes: orNull(Num),
    shmemRssBytes: orNull(Num),
    pageTablesBytes: orNull(Num),
    oomScoreAdj: orNull(Num),
  },
  strict,
);

export const OomKillSchema = Type.Object(
  {
    id: Text,
    at: InstantSchema,
    constraint: orNull(oneOf(["none", "memcg", "cpuset", "memory-policy"] as const)),
    scope: orNull(ScopeSchema),
    trigger: Type.Object(
      { comm: orNull(Text), pid: orNull(Num), gfpMask: orNull(Text), order: orNull(Num), oomScoreAdj: orNull(Num) },
      strict,
    ),
    victims: Type.Array(VictimSchema),
    limitedCgroup: orNull(Text),
    victimCgroup: orNull(Text),
    usageBytes: orNull(Num),
    limitBytes: orNull(Num),
    pod: orNull(PodRefSchema),
    qosClass: orNull(QosSchema),
    badness: orNull(
      Type.Object({ points: Num, rank: Count, tasks: Count, agrees: Type.Boolean(), note: orNull(Text) }, strict),
    ),
    knownFrom: oneOf(["report", "kill-line", "reaper", "runtime", "counter", "status", "event"] as const),
    count: Count,
    complete: Type.Boolean(),
    evidence: EvidenceList,
  },
  strict,
);
export type OomKill = Static<typeof OomKillSchema>;

export const EvictionSchema = Type.Object(
  {
    id: Text,
    at: InstantSchema,
    signal: orNull(Text),
    kind: orNull(oneOf(["hard", "soft"] as const)),
    thresholdBytes: orNull(Num),
    observedBytes: orNull(Num),
    pods: Type.Array(PodRefSchema),
    completedAt: orNull(InstantSchema),
    failed: Type.Boolean({ description: "The round is known to have evicted nothing." }),
    evidence: EvidenceList,
  },
  strict,
);
export type Eviction = Static<typeof EvictionSchema>;

export const UserspaceKillSchema = Type.Object(
  { id: Text, at: InstantSchema, daemon: Text, target: Text, reason: orNull(Text), evidence: EvidenceList },
  strict,
);
export type UserspaceKill = Static<typeof UserspaceKillSchema>;

export const FindingSchema = Type.Object(
  {
    id: Text,
    verdict: oneOf(["holds", "refuted", "unknown"] as const),
    wouldDecide: orNull(Text),
    heuristic: Type.Boolean(),
    severity: oneOf(["critical", "warning", "info"] as const),
    confidence: ConfidenceSchema,
    title: Text,
    explanation: Text,
    facts: Type.Array(Type.Object({ label: Text, value: Text, evidence: EvidenceList }, strict), { minItems: 1 }),
    remediation: Type.Array(Type.Object({ action: Text, detail: Text, reference: orNull(Text) }, strict)),
    incidentIds: Type.Array(Text),
  },
  strict,
);
export type Finding = Static<typeof FindingSchema>;

export const NextCaptureItemSchema = Type.Object(
  {
    id: Text,
    item: Text,
    how: Text,
    decides: Type.Array(Text, {
      minItems: 1,
      description: 'Ids of the open findings that it would decide; "verdict": who acted first.',
    }),
  },
  strict,
);
export type NextCaptureItem = Static<typeof NextCaptureItemSchema>;

export const PodMemorySchema = Type.Object(
  {
    pod: PodRefSchema,
    qosClass: orNull(QosSchema),
    requestBytes: orNull(Num),
    limitBytes: orNull(Num),
    oomScoreAdj: orNull(Num),
    peak: orNull(
      Type.Object(
        {
          at: InstantSchema,
          workingSetBytes: orNull(Num),
          anonBytes: orNull(Num),
          fileBytes: orNull(Num),
          shmemBytes: orNull(Num),
          kernelBytes: orNull(Num),
        },
        strict,
      ),
    ),
    growthBytesPerSec: orNull(Num),
    restarts: orNull(Count),
    fate: oneOf(["oom-killed", "evicted", "ended", "running", "unknown"] as const),
    evidence: EvidenceList,
  },
  strict,
);
export type PodMemory = Static<typeof PodMemorySchema>;

const LedgerPart = { name: Text, pod: orNull(PodRefSchema), bytes: Num };

export const LedgerSchema = Type.Object(
  {
    incidentId: Text,
    moment: oneOf(["crossing", "kill"] as const),
    at: InstantSchema,
    totalBytes: Num,
    parts: Type.Array(Type.Object(LedgerPart, strict)),
    unaccountedBytes: Num,
    within: Type.Optional(
      Type.Array(Type.Object({ of: Text, ...LedgerPart }, strict), {
        description: "What parts are made of: already counted in them.",
      }),
    ),
    growth: Type.Optional(
      Type.Object(
        { since: InstantSchema, parts: Type.Array(Type.Object(LedgerPart, strict)) },
        {
          ...strict,
          description: "By how much each part, pod and kernel cache changed since then, the largest first.",
        },
      ),
    ),
    evidence: EvidenceList,
  },
  strict,
);
export type Ledger = Static<typeof LedgerSchema>;

export const SeriesSchema = Type.Object(
  {
    id: Text,
    unit: oneOf(["bytes", "share", "perSec", "count"] as const),
    unixMs: Type.Array(Num),
    values: Type.Array(orNull(Num)),
    from: Text,
  },
  strict,
);
export type Series = Static<typeof SeriesSchema>;

export const TimelineEventSchema = Type.Object(
  {
    at: InstantSchema,
    lane: oneOf(["kernel", "kubelet", "runtime", "userspace", "pressure", "collector"] as const),
    kind: Text,
    summary: Text,
    evidence: orNull(EvidenceSchema),
  },
  strict,
);
export type TimelineEvent = Static<typeof TimelineEventSchema>;

export const DiagnosticSchema = Type.Object(
  {
    severity: oneOf(["error", "warning", "info"] as const),
    code: Text,
    file: orNull(Text),
    line: orNull(Count),
    message: Text,
    costs: orNull(Text),
  },
  strict,
);
export type Diagnostic = Static<typeof DiagnosticSchema>;

export const AnalysisSchema = Type.Object(
  {
    schemaVersion: Type.Literal("1.0"),
    tool: Type.Object({ name: Type.Literal("memforensics"), version: Text }, strict),
    source: SourceSchema,
    node: NodeSchema,
    coverage: CoverageSchema,
    verdict: VerdictSchema,
    incidents: Type.Array(IncidentSchema),
    oomKills: Type.Array(OomKillSchema),
    evictions: Type.Array(EvictionSchema),
    userspaceKills: Type.Array(UserspaceKillSchema),
    pods: Type.Array(PodMemorySchema),
    ledgers: Type.Array(LedgerSchema),
    series: Type.Array(SeriesSchema),
    findings: Type.Array(FindingSchema),
    nextCapture: Type.Optional(
      Type.Array(NextCaptureItemSchema, {
        description: "What the next capture must have to decide what stays open, what decides most first.",
      }),
    ),
    timeline: Type.Array(TimelineEventSchema),
    diagnostics: Type.Array(DiagnosticSchema),
  },
  { ...strict, $id: "https://memforensics.dev/schema/analysis-1.0.json", title: "memforensics analysis" },
);
export type Analysis = Static<typeof AnalysisSchema>;
