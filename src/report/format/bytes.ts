// Memory is counted in powers of 1024 by the kernel, the kubelet and Kubernetes; so are these units.
import { grouped, threeDigits } from "./number.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function iec(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.5 MiB would round to "1024 MiB"
  while (Math.abs(value) >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${threeDigits(value)} ${UNITS[unit] ?? "B"}`;
}

export const iecRate = (bytesPerSec: number): string => `${iec(bytesPerSec)}/s`;

export const exactBytes = (bytes: number): string => `${grouped(bytes)} bytes`;
