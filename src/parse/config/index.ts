// Where the kubelet's settings stand: its file, drop-ins, configz, flags.
import type { Parser } from "../parser.ts";
import { kubeletConfigFile } from "./config-file.ts";
import { kubeletFlags } from "./flags.ts";

export const configParsers: readonly Parser[] = [kubeletConfigFile, kubeletFlags];
