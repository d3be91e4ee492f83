// What the line patterns share: the base of an event, and its kinds.
import type { KubeletEvent, PodKey } from "../../model/kubelet.ts";

/** An event without what every line has (stamps, boot, host, pid, evidence), which the reader adds. */
type WithoutBase<T> = T extends unknown ? Omit<T, "stamps" | "bootId" | "host" | "pid" | "from"> : never;
export type KubeletFact = WithoutBase<KubeletEvent>;

type PodKind = Extract<KubeletFact, { readonly pods: readonly PodKey[] }>["kind"];

export const podFact = (
  kind: PodKind,
  pods: readonly PodKey[],
  more: {
    readonly container?: string | null;
    readonly containerId?: string | null;
    readonly gracePeriodSec?: number | null;
    readonly error?: string | null;
    readonly message?: string | null;
  } = {},
): KubeletFact => ({
  kind,
  pods,
  container: more.container ?? null,
  containerId: more.containerId ?? null,
  gracePeriodSec: more.gracePeriodSec ?? null,
  error: more.error ?? null,
  message: more.message ?? null,
});

/** "containerd://13bc…" → "13bc…"; null where it is no id. */
export const containerIdOf = (text: string | undefined): string | null =>
  text === undefined ? null : (/(?:^|\/\/)([0-9a-f]{12,64})$/.exec(text)?.[1] ?? null);

export const withUid = (pod: PodKey, uid: string | undefined): PodKey =>
  uid === undefined || uid === "" ? pod : { ...pod, uid: uid.toLowerCase() };
