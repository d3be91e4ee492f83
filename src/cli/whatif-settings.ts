// The settings of `whatif`, written as the kubelet's flags are, and read as the kubelet reads them.
import { parseQuantity } from "../parse/kube/quantity.ts";
import { type ThresholdValue, type WhatIfSettings, thresholdValueOf } from "../timeline/race/settings.ts";
import { durationMsOf } from "../timeline/thresholds/in-force.ts";
import { suggestion } from "./suggestion.ts";
import { type UserError, usageError } from "./user-error.ts";

export interface WhatIfOptions {
  readonly evictionHard: string | undefined;
  readonly evictionSoft: string | undefined;
  readonly softGrace: string | undefined;
  readonly minimumReclaim: string | undefined;
  readonly systemReserved: string | undefined;
  readonly pass: string | undefined;
}

/** pkg/kubelet/eviction/api/types.go; the allocatable one is made from memory.available and cannot be set. */
const SIGNALS = [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "containerfs.available",
  "containerfs.inodesFree",
  "pid.available",
];

const MEMORY = "memory.available";

const noSignal = (option: string, signal: string): UserError => {
  const meant = suggestion(signal, SIGNALS);
  return usageError(
    `${option}: there is no eviction signal ${signal === "" ? "without a name" : signal}`,
    meant === null ? "give memory.available, as in 'memory.available<1Gi'" : `did you mean ${meant}?`,
  );
};

/** Statements as the kubelet's flags list them: "memory.available<1Gi,nodefs.available<10%". Only memory's is kept. */
const statementOf = (option: string, text: string, operator: "<" | "="): string | null => {
  let found: string | null = null;
  for (const statement of text.split(",").map((part) => part.trim())) {
    if (statement === "") continue;
    const at = statement.indexOf(operator);
    if (at < 0)
      throw usageError(
        `${option}: ${statement} has no ${operator}`,
        `write it as '${MEMORY}${operator}${operator === "<" ? "1Gi" : "500Mi"}', quoted for the shell`,
      );
    const signal = statement.slice(0, at).trim();
    if (!SIGNALS.includes(signal)) throw noSignal(option, signal);
    if (signal !== MEMORY) continue;
    if (found !== null) throw usageError(`${option}: ${MEMORY} is given twice`, "give it once");
    found = statement.slice(at + 1).trim();
  }
  return found;
};

const valueOf = (option: string, text: string): ThresholdValue | null => {
  const value = thresholdValueOf(text);
  if (value !== undefined) return value;
  throw usageError(
    `${option}: ${text === "" ? "nothing" : text} is no quantity above 0 and no percentage up to 100%`,
    "write 1Gi, 500Mi or 10%; Mi and Gi are powers of 1024, M and G of 1000",
  );
};

/** Null: no threshold of memory. As for the kubelet, a list without memory.available removes it. */
const thresholdOf = (option: string, text: string | undefined): ThresholdValue | null | undefined => {
  if (text === undefined) return undefined;
  const value = statementOf(option, text, "<");
  return value === null ? null : valueOf(option, value);
};

/** "500Mi" alone, or as the kubelet's flag has it: "memory.available=500Mi". */
const plainOf = (option: string, text: string): string => {
  if (!text.includes("=")) return text;
  const value = statementOf(option, text, "=");
  if (value === null) throw usageError(`${option}: ${MEMORY} is not in ${text}`, `write ${MEMORY}=…`);
  return value;
};

const durationOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const ms = durationMsOf(option === "--soft-grace" ? plainOf(option, text) : text);
  if (ms === null) throw usageError(`${option}: ${text} is no duration`, "write 5s, 1m30s or 500ms");
  return ms;
};

const reclaimOf = (text: string | undefined): ThresholdValue | undefined => {
  if (text === undefined) return undefined;
  return valueOf("--minimum-reclaim", plainOf("--minimum-reclaim", text)) ?? { kind: "bytes", bytes: 0 };
};

/** "1Gi" alone, or as the kubelet's flag has it: "cpu=500m,memory=1Gi". */
const reservedOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const named = text.split(",").map((part) => part.trim());
  const memory = text.includes("=") ? named.find((part) => part.startsWith("memory="))?.slice(7) : text;
  const bytes = memory === undefined ? null : parseQuantity(memory);
  if (bytes === null || bytes < 0)
    throw usageError(`--system-reserved: ${text} names no quantity of memory`, "write 1Gi or memory=1Gi");
  return bytes;
};

export const settingsOf = (options: WhatIfOptions): WhatIfSettings => ({
  hard: thresholdOf("--eviction-hard", options.evictionHard),
  soft: thresholdOf("--eviction-soft", options.evictionSoft),
  softGraceMs: durationOf("--soft-grace", options.softGrace),
  minimumReclaim: reclaimOf(options.minimumReclaim),
  passMs: durationOf("--pass", options.pass),
  systemReservedBytes: reservedOf(options.systemReserved),
});

/** The kubelet does not start with a soft threshold that has no grace (pkg/kubelet/eviction/helpers.go parseThresholdConfig). */
export const requireGrace = (settings: WhatIfSettings, inForceMs: number | null): void => {
  if (settings.soft !== undefined && settings.soft !== null && (settings.softGraceMs ?? inForceMs) === null)
    throw usageError(
      "a soft threshold needs a grace, and none is in force: the kubelet would not start",
      "add --soft-grace, as in --soft-grace 1m30s",
    );
};
