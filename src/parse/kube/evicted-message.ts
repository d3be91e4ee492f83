// The message of an Evicted pod or event. pkg/kubelet/eviction/helpers.go evictionMessage(), and eviction_manager.go Admit().
import type { EvictedMessage } from "../../model/kubelet.ts";
import { parseQuantity } from "./quantity.ts";

/** "The node was low on resource: memory. Threshold quantity: 300Mi, available: 283900Ki. …" */
const RESOURCE = /The node was low on resource: ([A-Za-z][\w.-]{0,60}?)\.?(?:\s|$)/;
/** Since 1.26. The full stop shows that the quantity is whole. */
const THRESHOLD = /Threshold quantity: (\S{1,40}?), available: (\S{1,40}?)\.(?:\s|$)/;
/** "Container etl was using 1078152Ki, request is 0, has larger consumption of memory." (1.26+); "…, which exceeds its request of 0." (older) */
const CONTAINER =
  /\bContainer (\S{1,253}) was using (\S{1,40}?), (?:request is|which exceeds its request of) (\S{1,40}?)(?:\.(?:\s|$)|,)/g;
/**
 * Refused admission: "Pod was rejected: The node had condition: [MemoryPressure]. " (1.26+), "Pod The node had condition: […]" and,
 * in 1.3 to 1.6, "Pod The node was low on resource: [MemoryPressure]."
 */
const ADMISSION = /Pod was rejected:|The node had condition:|The node was low on resource: \[/;
/**
 * eviction_manager.go localStorageEviction(): "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
 * `Usage of EmptyDir volume "cache" exceeds the limit "10Mi". `, "Container web exceeded its local ephemeral storage limit "2Gi". "
 */
const POD_LIMIT =
  /\bPod ephemeral local storage usage exceeds|\bUsage of EmptyDir volume |\bexceeded its local ephemeral storage limit/;

/** Longer messages than any pod can make are cut: the pieces stand at the front. */
const MAX_MESSAGE = 16_384;

export const isEvictedMessage = (text: string): boolean => RESOURCE.test(text) && !ADMISSION.test(text);
export const isAdmissionMessage = (text: string): boolean => ADMISSION.test(text);
/** The pod broke a limit of its own (emptyDir, ephemeral storage): the eviction manager's doing, but not for the node's pressure. */
export const isPodLimitMessage = (text: string): boolean => POD_LIMIT.test(text);

export const parseEvictedMessage = (message: string): EvictedMessage => {
  const text = message.slice(0, MAX_MESSAGE).replace(/\s+/g, " ");
  const admission = isAdmissionMessage(text);
  const threshold = THRESHOLD.exec(text);
  return {
    resource: admission ? null : (RESOURCE.exec(text)?.[1] ?? (isPodLimitMessage(text) ? "ephemeral-storage" : null)),
    thresholdBytes: threshold?.[1] === undefined ? null : parseQuantity(threshold[1]),
    availableBytes: threshold?.[2] === undefined ? null : parseQuantity(threshold[2]),
    containers: admission
      ? []
      : [...text.matchAll(CONTAINER)].map(([, name = "", using = "", request = ""]) => ({
          name,
          usingBytes: parseQuantity(using),
          requestBytes: parseQuantity(request),
        })),
    admission,
  };
};
