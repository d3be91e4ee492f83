// Network buffers or tables: TCP's pages against tcp_mem, and sock of memory.stat. Conntrack is rarely an OOM's cause: 262144
// entries of 256 bytes are 64 MiB.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Track } from "../inputs/track.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { defineRule } from "../rule.ts";
import { grouped, percent, size } from "../text/format.ts";
import { statField } from "../inputs/cgroup.ts";
import { contestedWithLoss } from "../inputs/incident.ts";

type Needs = Pick<Inputs, "incidents" | "sockstat" | "root" | "node" | "pageSize" | "tcpMem">;

const SOCK_SHARE = 0.05;

interface Peak {
  readonly value: number;
  readonly ref: SourceRef;
}

const peakOf = (track: Track | null, field: string): Peak | null => {
  if (track === null) return null;
  const values = Array.from({ length: track.length }, (_, i) => ({ i, value: track.value(i, field) ?? -1 }));
  const most = values.reduce((a, b) => (b.value > a.value ? b : a), { i: -1, value: -1 });
  return most.i < 0 ? null : { value: most.value, ref: track.ref(most.i, field) };
};

const measure = ({ sockstat, root, node, pageSize, tcpMem }: Needs) => {
  const total = node.memTotalBytes;
  const sock = peakOf(root?.stat ?? null, root === null ? "sock" : statField(root, "sock"));
  const tcp = peakOf(sockstat, "TCP.mem");
  const mark = tcpMem === null ? null : tcpMem.value(tcpMem.length - 1, "1");
  const much = total === null ? Infinity : SOCK_SHARE * total;
  const over = (sock !== null && sock.value > much) || (tcp !== null && mark !== null && tcp.value > mark);
  return { total, sock, tcp, mark, over, near: tcp !== null && tcp.value * pageSize > much / 2 };
};

const factsOf = (inputs: Needs, { total, sock, tcp, mark }: ReturnType<typeof measure>) => {
  const begins = mark === null ? "" : `; pressure begins at ${grouped(mark)}`;
  const ofNode = total === null || sock === null ? "" : ` (${percent(sock.value / total)} of the node)`;
  return [
    ...(tcp === null
      ? []
      : [fact("TCP buffers", `${grouped(tcp.value)} pages (${size(tcp.value * inputs.pageSize)})${begins}`, tcp.ref)]),
    ...(sock === null ? [] : [fact("Socket memory charged to cgroups", `${size(sock.value)}${ofNode}`, sock.ref)]),
  ];
};

const evaluate = (inputs: Needs): Answer | null => {
  const measured = measure(inputs);
  const { total, sock, tcp, over, near } = measured;
  const [head, ...tail] = factsOf(inputs, measured);
  if (head === undefined) return null;
  const lost = contestedWithLoss(inputs.incidents)[0];
  const common = { incidentId: lost?.id ?? null, facts: [head, ...tail] as const };
  if (!over && !near) {
    // Little socket memory is the rule: worth a line only where something was lost.
    const held = Math.max(sock?.value ?? 0, (tcp?.value ?? 0) * inputs.pageSize);
    const explanation = `Network buffers held ${size(held)} at the most${total === null ? "" : `, ${percent(held / total)} of the node`}: not what took the memory.`;
    return lost === undefined ? null : refuted({ ...common, explanation });
  }
  const bytes = Math.max(sock?.value ?? 0, (tcp?.value ?? 0) * inputs.pageSize);
  if (!over) {
    const explanation = `TCP buffers held ${size(bytes)}: much, and below or without the kernel's own mark for pressure.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("net.ipv4.tcp_mem, and sockstat over a longer time", "sockets"),
    });
  }
  const ofNode = total === null ? "" : `, ${percent(bytes / total)} of the node`;
  // A tenth of the machine is the most that the cap should leave to them.
  const most = Math.min(bytes * 1.25, total === null ? Infinity : total / 10);
  const cap = grouped(Math.ceil(most / inputs.pageSize));
  return holds({
    ...common,
    explains: "memory",
    share: total === null ? 0.1 : bytes / total,
    role: "contributes",
    explanation: `Network buffers held ${size(bytes)}${ofNode}: data that nobody has read, or too many connections.`,
    remedies: [
      remedy(
        `Close idle connections, and cap net.ipv4.tcp_mem's third value at ${cap} pages`,
        `Peak ${size(bytes)} × 1.25${most < bytes * 1.25 ? `, but no more than a tenth of the machine, ${size(most)},` : ""} in pages of ${size(inputs.pageSize)}. Cost: senders stall at the cap. Check: TCP mem of /proc/net/sockstat.`,
        "socket-or-conntrack-memory",
      ),
    ],
  });
};

export const socketOrConntrackMemory = defineRule({
  id: "socket-or-conntrack-memory",
  group: "kernel-memory",
  title: "Network buffers held the memory",
  needs: ["incidents", "sockstat", "root", "node", "pageSize", "tcpMem"],
  evaluate,
});
