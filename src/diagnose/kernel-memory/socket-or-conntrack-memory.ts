// Network buffers or tables: TCP's pages against tcp_mem, and sock of memory.stat. Conntrack is rarely an OOM's cause: 262144
// entries of 256 bytes are 64 MiB.
import { type Answer, fact, holds, remedy, unknown } from "../answer.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { grouped, percent, size } from "../text/format.ts";
import { statField } from "../inputs/cgroup.ts";
import { contestedWithLoss } from "../inputs/incident.ts";

type Needs = Pick<Inputs, "incidents" | "sockstat" | "root" | "node" | "pageSize" | "tcpMem">;

const SOCK_SHARE = 0.05;

const peakOf = (track: NonNullable<Needs["sockstat"]>, field: string): number | null => {
  let most: number | null = null;
  for (let i = 0; i < track.length; i++) {
    const value = track.value(i, field);
    if (value !== null && (most === null || value > (track.value(most, field) ?? 0))) most = i;
  }
  return most;
};

const evaluate = (inputs: Needs): Answer | null => {
  const { sockstat, root, node, pageSize, tcpMem } = inputs;
  const incidentId = contestedWithLoss(inputs.incidents)[0]?.id ?? null;
  const total = node.memTotalBytes;
  const stat = root?.stat ?? null;
  const sockField = root === null ? "sock" : statField(root, "sock");
  const sockAt = stat === null ? null : peakOf(stat, sockField);
  const sock = sockAt === null || stat === null ? null : stat.value(sockAt, sockField);
  const tcpAt = sockstat === null ? null : peakOf(sockstat, "TCP.mem");
  const tcp = tcpAt === null || sockstat === null ? null : sockstat.value(tcpAt, "TCP.mem");
  const pressureAt = tcpMem === null ? null : tcpMem.value(tcpMem.length - 1, "1");
  const bySock = sock !== null && total !== null && sock > SOCK_SHARE * total;
  const byTcp = tcp !== null && pressureAt !== null && tcp > pressureAt;
  // Few sockets' memory is the rule: only a large one is worth a line.
  if (!bySock && !byTcp && !(tcp !== null && total !== null && tcp * pageSize > (SOCK_SHARE * total) / 2)) return null;
  const facts = [
    ...(tcp === null || sockstat === null || tcpAt === null
      ? []
      : [
          fact(
            "TCP buffers",
            `${grouped(tcp)} pages (${size(tcp * pageSize)})${pressureAt === null ? "" : `; pressure begins at ${grouped(pressureAt)}`}`,
            sockstat.ref(tcpAt, "TCP.mem"),
          ),
        ]),
    ...(sock === null || stat === null || sockAt === null
      ? []
      : [
          fact(
            "Socket memory charged to cgroups",
            `${size(sock)}${total === null ? "" : ` (${percent(sock / total)} of the node)`}`,
            stat.ref(sockAt, sockField),
          ),
        ]),
  ];
  const [head, ...tail] = facts;
  if (head === undefined) return null;
  if (!bySock && !byTcp)
    return unknown({
      incidentId,
      explanation: `TCP buffers held ${size((tcp ?? 0) * pageSize)}: much, and the kernel's own mark for pressure is not in the input.`,
      facts: [head, ...tail],
      wouldDecide: "net.ipv4.tcp_mem",
    });
  const bytes = Math.max(sock ?? 0, (tcp ?? 0) * pageSize);
  return holds({
    incidentId,
    explains: "memory",
    share: total === null ? 0.1 : bytes / total,
    role: "contributes",
    explanation: `Network buffers held ${size(bytes)}${total === null ? "" : `, ${percent(bytes / total)} of the node`}: data that nobody has read, or too many connections.`,
    facts: [head, ...tail],
    remedies: [
      remedy(
        `Close idle connections, and cap net.ipv4.tcp_mem's third value at ${grouped(Math.ceil((bytes * 1.25) / pageSize))} pages`,
        `Peak ${size(bytes)} × 1.25 in pages of ${size(pageSize)}. Cost: senders stall at the cap. Check: TCP mem of /proc/net/sockstat.`,
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
