// Logs for the bench: those of samples/kernel-first.tgz over and over, with clocks that go on.
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** "4,901,535240017,-;memhog invoked oom-killer: …", /dev/kmsg: sequence and microseconds of every record */
const kmsgAfter = (text, round, records, span) =>
  text.replace(
    /^(\d+),(\d+),(\d+),/gm,
    (_, level, sequence, stamp) => `${level},${Number(sequence) + round * records},${Number(stamp) + round * span},`,
  );

const iso = (ms) => new Date(ms).toISOString();

/** "2026-11-24T01:08:05.377243+00:00 worker-1 kubelet[410]: I1124 01:08:05.353164     410 flags.go:64] …": both stamps */
const kubeletAfter = (text, round, span) =>
  text
    .replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{6})/gm, (_, second, fraction) => {
      return iso(Date.parse(`${second}Z`) + round * span).slice(0, 19) + fraction;
    })
    .replace(/: ([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)(\.\d{6})/g, (_, level, month, day, second, fraction) => {
      const at = iso(Date.parse(`2026-${month}-${day}T${second}Z`) + round * span);
      return `: ${level}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 19)}${fraction}`;
    });

async function repeat(path, size, round) {
  const parts = [];
  let bytes = 0;
  for (let i = 0; bytes < size; i++) {
    const part = Buffer.from(round(i));
    parts.push(part);
    bytes += part.length;
  }
  await writeFile(path, gzipSync(Buffer.concat(parts)));
  return bytes;
}

export const makeKernelLog = (text, path, size) => {
  const records = text.split("\n").length;
  return repeat(path, size, (i) => kmsgAfter(text, i, records, 900_000_000));
};

export const makeKubeletLog = (text, path, size) => repeat(path, size, (i) => kubeletAfter(text, i, 900_000));
