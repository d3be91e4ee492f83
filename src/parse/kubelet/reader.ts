// The kubelet's own log, klog text or JSON, as events. Lines that mean nothing to a memory incident are counted as signs of life only.
import { type Problem, type Report, type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Beats, LogLine } from "../../model/log.ts";
import { type Glance, type Glancer, WORDS_OF } from "../log/glance.ts";
import { Repeats } from "../log/repeat.ts";
import { RareByte } from "../text/rare-byte.ts";
import type { LineReader } from "../parser.ts";
import { BeatTrack } from "./beats.ts";
import { evictionFact } from "./eviction-lines.ts";
import type { KubeletFact } from "./event-of.ts";
import type { KlogHeader } from "./klog-header.ts";
import { KlogGlance, mayBeKlog, opensBlock } from "./klog-glance.ts";
import { JSON_BEHIND, type KlogMessage, parseKlogMessage } from "./klog-message.ts";
import { otherFact } from "./other-lines.ts";
import { starvingFact } from "./starving-lines.ts";
import { EVICTION_FILES, KUBELET_STARTS } from "./words.ts";

export interface KubeletLog {
  readonly kubelet: KubeletEvent[];
  readonly beats: Beats;
}

/** kubelet, microk8s.daemon-kubelite, k3s-agent, rke2-server, hyperkube, atomic-openshift-node: the kubelet's log under its distributors' names. */
const KUBELET = /kubelet|kubelite|^k3s|^rke2|hyperkube|openshift-node|origin-node/i;
/** klog is printed by many: these never speak for the kubelet. */
const OTHERS =
  /^(?:kernel|systemd|containerd|dockerd|crio|conmon|etcd|sshd|audit|sudo|CRON|kube-(?:apiserver|proxy|scheduler|controller)|apiserver|node-problem-detector|rsyslogd|NetworkManager|chronyd|earlyoom|nohang|oomd)/i;
/** Files that no other component of Kubernetes has: a bare klog text with one of them is a kubelet's. */
const KUBELET_FILES =
  /^(?:eviction_manager|memory_threshold_notifier_linux|oom_watcher(?:_linux)?|kubelet|kubelet_node_status|kubelet_pods|kuberuntime_\w{1,40}|pod_workers|kubelet_getters|status_manager|container_manager_linux)\.go$/;

/** Kubelet pods' messages are a few KiB; what is longer is not read further. */
const MAX_LINE = 1 << 20;
/** A `key=<` block is a stack or an API error. */
const MAX_BLOCK_LINES = 200;

interface Block {
  readonly line: LogLine;
  readonly parts: string[];
}

const tooLong = (line: LogLine): Problem => ({
  severity: "warning",
  code: "line-too-long",
  file: line.ref.file,
  line: line.ref.line,
  message: `A line of ${line.message.length} characters was not read as a line of the kubelet.`,
  costs: "What the kubelet said on that line is not in the analysis.",
});

const QUOTE = 0x22;
const BRACE = 0x7b;
const BACKSLASH = 0x5c;

type Base = Pick<KubeletEvent, "stamps" | "bootId" | "host" | "pid" | "from">;

class KubeletReader implements LineReader<KubeletLog> {
  readonly #report: Report;
  readonly #events: KubeletEvent[] = [];
  readonly #beats = new BeatTrack();
  readonly #klog = new KlogGlance();
  readonly #brace = new RareByte(BRACE);
  /** The line whose header was read from its bytes. */
  readonly #headed = { line: 0, from: 0, message: 0 };
  /** A kubelet's line was seen, by its identifier or by its source file. */
  #named = false;
  #block: Block | null = null;
  readonly #repeats = new Repeats();

  constructor(report: Report) {
    this.#report = report;
  }

  line(line: LogLine): void {
    if (line.ident !== null && OTHERS.test(line.ident)) return;
    if (this.#repeats.has(line)) return;
    if (line.message.length > MAX_LINE) {
      this.#report(tooLong(line));
      return;
    }
    if (this.#continued(line)) return;
    if (line.message.endsWith("=<")) this.#block = { line, parts: [line.message] };
    else this.#take(line, line.message, line.ref.line, this.#headerOf(line));
  }

  #headerOf(line: LogLine): KlogHeader | null {
    const { line: headed, from, message } = this.#headed;
    return headed === line.ref.line ? this.#klog.header(line.message, from, message) : null;
  }

  glancer(ident: string): Glancer {
    if (OTHERS.test(ident)) return () => true;
    return KUBELET.test(ident)
      ? (at) => this.#glanceOurs(at, ident)
      : (at) => this.#block === null && !mayBeKlog(at.bytes, at.from, at.to);
  }

  settle(): void {
    this.#repeats.settle();
  }

  /** A line of the kubelet that is a sign of life and nothing else, or not even that. */
  #glanceOurs(at: Glance, ident: string): boolean {
    const { bytes, from, to } = at;
    if (this.#block !== null || opensBlock(bytes, to)) return false;
    const message = this.#klog.read(bytes, from, to);
    if (message < 0) return !mayBeKlog(bytes, from, to);
    if (this.#holdsJson(bytes, message, Math.min(to, from + JSON_BEHIND))) return false;
    if (this.#mayTell(at, message)) {
      this.#headed.line = at.line;
      this.#headed.from = from;
      this.#headed.message = message;
      return false;
    }
    const repeats = this.#repeats.glance(at, ident);
    if (repeats === null) return false;
    this.#named = true;
    if (!repeats) this.#beats.add([this.#klog.stamp(), at.stamp()], at.line);
    return true;
  }

  /** `{"ts":` */
  #holdsJson(bytes: Uint8Array, from: number, to: number): boolean {
    for (let at = this.#brace.next(bytes, from); at < to; at = this.#brace.next(bytes, at + 1)) {
      if (bytes[at + 2] === 0x74 && bytes[at + 3] === 0x73) return true;
    }
    return false;
  }

  #mayTell({ bytes, to, words }: Glance, message: number): boolean {
    if ((words & WORDS_OF.kubelet) !== 0 || this.#klog.isOf(bytes, EVICTION_FILES)) return true;
    const first = bytes[message] === QUOTE ? message + 1 : message;
    return bytes[first] === BACKSLASH || KUBELET_STARTS.begin(bytes, first, to);
  }

  end(): KubeletLog {
    this.#endBlock();
    return { kubelet: this.#events, beats: this.#named ? this.#beats : new BeatTrack() };
  }

  /** A line within a `key=<` block: it has no header of its own. */
  #continued(line: LogLine): boolean {
    const block = this.#block;
    if (block === null || line.ident !== block.line.ident) return false;
    if (parseKlogMessage(line.message) !== null || block.parts.length >= MAX_BLOCK_LINES) {
      this.#endBlock();
      return false;
    }
    block.parts.push(line.message);
    if (/^\s{0,64}>(?: |$)/.test(line.message) && !line.message.endsWith("=<")) this.#endBlock();
    return true;
  }

  #endBlock(): void {
    const block = this.#block;
    if (block === null) return;
    this.#block = null;
    this.#take(block.line, block.parts.join("\n"), block.line.ref.line + block.parts.length - 1);
  }

  #take(line: LogLine, text: string, endLine: number, header: KlogHeader | null = null): void {
    const klog = parseKlogMessage(text, header);
    if (klog === null) return;
    const stamps = klog.own === null ? line.stamps : [klog.own, ...line.stamps];
    const ours = line.ident !== null && KUBELET.test(line.ident);
    const kubeletFile = klog.file !== null && KUBELET_FILES.test(klog.file);
    if (ours || kubeletFile) this.#named = true;
    if (stamps.length > 0 && (ours || line.ident === null)) this.#beats.add(stamps, line.ref.line);
    if (!ours && !kubeletFile && line.ident !== null) return; // another component's klog
    const fact = factOf(klog);
    if (fact === null) return;
    const from: SourceRef =
      endLine === line.ref.line ? line.ref : sourceRef(line.ref.file, line.ref.line, line.ref.text, endLine);
    const pid = klog.pid ?? line.pid;
    const { bootId, host } = line;
    const base: Base = { stamps, bootId, host, pid, from: [from] };
    this.#events.push(Object.assign(fact, base)); // objects of many shapes: a spread of each costs microseconds
  }
}

const factOf = (klog: KlogMessage): KubeletFact | null => evictionFact(klog) ?? otherFact(klog) ?? starvingFact(klog);

/** Whether a line without its decoration says something to an incident. */
export const tellsInKlog = (text: string): boolean => {
  const klog = parseKlogMessage(text);
  return klog !== null && factOf(klog) !== null;
};

export const createKubeletReader = (report: Report): LineReader<KubeletLog> => new KubeletReader(report);
