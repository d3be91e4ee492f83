// Any text that may be a log: every line, decorated or not, goes to every reader, for one file may hold kernel, kubelet and kubectl text.
import type { CapturedFile } from "../../model/capture.ts";
import type { Report } from "../../model/evidence.ts";
import type { LogFacts } from "../../model/facts.ts";
import { createKernelReader } from "../kernel/reader.ts";
import { KERNEL_WORDS } from "../kernel/words.ts";
import { createKubeTextReader, type KubeText } from "../kube/text-reader.ts";
import { KUBE_WORDS } from "../kube/words.ts";
import { createKubeletReader, tellsInKlog } from "../kubelet/reader.ts";
import { KUBELET_WORDS } from "../kubelet/words.ts";
import type { FactSink, Parser } from "../parser.ts";
import { createSystemReader } from "../system/reader.ts";
import { SYSTEM_WORDS } from "../system/words.ts";
import { detectEncoding } from "../text/encoding.ts";
import { forEachRun } from "../text/lines.ts";
import type { WordScan } from "../text/word-scan.ts";
import { createWordScan } from "./glance.ts";
import { LineFlow } from "./line-flow.ts";
import { unwrapping } from "./unwrap.ts";
import { showsQuotedPrintable } from "./mail.ts";

/** Share of the head that no text has (control characters, bytes that are no UTF-8), above which a file is binary. */
const BINARY_SHARE = 0.05;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; tab, line ends, escape and NUL are text's own
const NOT_TEXT = /[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\ufffd]/g;

/** NULs alone are no sign of a binary: a crash leaves blocks of them in a log. A head of NULs only may be such a block. */
const looksLikeText = (head: Uint8Array): boolean => {
  if (head.length === 0) return false;
  if (detectEncoding(head).name !== "utf-8") return true;
  const text = new TextDecoder().decode(head).replaceAll("\0", "");
  if (text === "") return true;
  return (
    (text.match(NOT_TEXT)?.length ?? 0) <= text.length * BINARY_SHARE && text.length * 2 > Math.min(head.length, 64)
  );
};

const mostFrequent = (counts: ReadonlyMap<string, number>): string => {
  let best = "text";
  let most = 0;
  for (const [form, count] of counts) {
    if (form !== "text" && count > most) {
      best = form;
      most = count;
    }
  }
  return best;
};

const createUnreadable = (path: string) => {
  const firsts = new Map<"cut" | "blob", { line: number; count: number }>();
  return {
    add(line: number, why: "cut" | "blob"): void {
      const known = firsts.get(why);
      if (known) known.count++;
      else firsts.set(why, { line, count: 1 });
    },
    end(report: Report): void {
      for (const [why, { line, count }] of firsts) {
        const what =
          why === "cut" ? "cut off or damaged" : 'without their message (journalctl was run without "--all")';
        report({
          severity: "warning",
          code: why === "cut" ? "log-record-damaged" : "log-message-withheld",
          file: path,
          line,
          message:
            count === 1
              ? `This log record is ${what.replace("their", "its")}.`
              : `${count} log records, this one first, are ${what}.`,
          costs: "What these records said is missing from the analysis.",
        });
      }
    },
  };
};

/** What a file that no parser knows costs. */
const nothingKnown = (path: string) =>
  ({
    severity: "info",
    code: "nothing-known",
    file: path,
    line: null,
    message: "Nothing in this text is known to the analysis.",
    costs: "Nothing was read from it.",
  }) as const;

const isEmpty = (facts: LogFacts, text: KubeText): boolean =>
  [
    facts.kernel,
    facts.kubelet,
    facts.system,
    facts.kubeletBeats,
    facts.coverage,
    text.events,
    text.pods,
    text.nodes,
  ].every((list) => list.length === 0);

/** `words` null: no line is only looked at. */
const readText = async (file: CapturedFile, sink: FactSink, report: Report, words: WordScan | null): Promise<void> => {
  const kernel = createKernelReader(report);
  const kubelet = createKubeletReader(report);
  const system = createSystemReader(report);
  const kube = createKubeTextReader(report);
  const whole = unwrapping([kubelet, system, kube], tellsInKlog);
  const unreadable = createUnreadable(file.path);
  const flow = new LineFlow({
    path: file.path,
    readers: [kernel, whole],
    words,
    quotedPrintable: showsQuotedPrintable(file.head),
    unreadable: (line, why) => unreadable.add(line, why),
  });
  await forEachRun(file, report, flow);
  flow.end();
  whole.end();
  unreadable.end(report);

  const { kubelet: kubeletEvents, beats } = kubelet.end();
  const kubeText = kube.end();
  const facts: LogFacts = {
    path: file.path,
    format: mostFrequent(flow.forms),
    lines: flow.lines,
    coverage: flow.coverage.end(),
    bindings: flow.bindings.end(),
    kernel: kernel.end(),
    kubelet: kubeletEvents,
    system: system.end(),
    kubeletBeats: beats,
    sequences: kernel.sequences,
  };
  sink.log(facts);
  for (const id of flow.bootIds) sink.bootId(id);
  for (const event of kubeText.events) sink.event(event);
  for (const pod of kubeText.pods) sink.pod(pod);
  for (const node of kubeText.nodes) sink.node(node);
  if (isEmpty(facts, kubeText)) report(nothingKnown(file.path));
};

/** What stands in a line for somebody to look at it. */
export const wordScan = createWordScan({
  kernel: KERNEL_WORDS,
  kubelet: KUBELET_WORDS,
  system: SYSTEM_WORDS,
  kube: KUBE_WORDS,
});

export const textFile: Parser = {
  id: "log/text-file",
  claims: (file) => looksLikeText(file.head),
  parse: (file, sink, report) => readText(file, sink, report, wordScan),
};

/** Decodes every line and shows it to every reader: the slow way to the same facts, for tests. */
export const wholeTextFile: Parser = {
  ...textFile,
  parse: (file, sink, report) => readText(file, sink, report, null),
};
