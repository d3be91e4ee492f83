// The document formats of Kubernetes and its runtimes.
import type { Parser } from "../parser.ts";
import { crictlJson } from "./crictl.ts";
import { logListings, podLogs } from "./log-listings.ts";
import { kubeObjects } from "./objects.ts";
import { statsSummary } from "./stats-summary.ts";

export const kubeParsers: readonly Parser[] = [podLogs, kubeObjects, statsSummary, crictlJson, logListings];
