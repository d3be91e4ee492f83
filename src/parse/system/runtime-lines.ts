// The container runtime's word on a container's end: containerd, dockerd.
import type { Stamp } from "../../model/instant.ts";
import { parseRfc3339 } from "../kube/times.ts";

export type RuntimeFact =
  | { readonly kind: "task-oom"; readonly containerId: string }
  | {
      readonly kind: "task-exit";
      readonly containerId: string;
      readonly exitCode: number | null;
      readonly exitedPid: number | null;
    };

/**
 * level=info msg="TaskOOM event container_id:\"25a3…\""   (containerd 1.7+; internal/cri/server/events.go)
 * level=info msg="TaskOOM event &TaskOOM{ContainerID:1983…,XXX_unrecognized:[],}"   (before)
 */
const TASK_OOM = /TaskOOM event (?:container_id:\\{0,3}"|&TaskOOM\{ContainerID:)([0-9a-f]{64})/;

/**
 * level=info msg="received exit event container_id:\"…\"  id:\"…\"  pid:1031  exit_status:137  exited_at:{…}"   (1.7+)
 * level=info msg="TaskExit event &TaskExit{ContainerID:…,ID:…,Pid:1031,ExitStatus:137,ExitedAt:…}"   (before)
 */
const EXIT_NEW =
  /exit event (?:in podsandbox handler )?container_id:\\{0,3}"([0-9a-f]{64})\\{0,3}" {1,4}id:\\{0,3}"[^"]{1,100}" {1,4}pid:(\d{1,10})(?: {1,4}exit_status:(\d{1,10}))?/;
const EXIT_OLD =
  /TaskExit event (?:in podsandbox handler )?&TaskExit\{ContainerID:([0-9a-f]{64}),ID:\w{0,100},Pid:(\d{1,10}),ExitStatus:(\d{1,10})/;

/** time="2026-11-24T01:18:23.376853313Z" level=info …: the runtime's own clock when it made the line (logrus' text form). */
export const runtimeStamp = (message: string): Stamp | null => {
  const time = /(?:^|\s)time="([^"]{1,60})"/.exec(message.slice(0, 400))?.[1];
  const wall = time === undefined ? null : parseRfc3339(time);
  return wall === null ? null : { clock: "realtime", ms: wall.ms, resolutionMs: wall.resolutionMs, zoned: true };
};

export const runtimeFact = (message: string): RuntimeFact | null => {
  // A cheap test first: containerd prints thousands of other lines.
  if (!message.includes("TaskOOM") && !message.includes("xit event")) return null;
  const text = message.slice(0, 4096);
  const oom = TASK_OOM.exec(text);
  if (oom?.[1] !== undefined) return { kind: "task-oom", containerId: oom[1] };
  const exit = EXIT_NEW.exec(text) ?? EXIT_OLD.exec(text);
  if (exit?.[1] === undefined) return null;
  // protobuf leaves a zero out of its text form
  return {
    kind: "task-exit",
    containerId: exit[1],
    exitedPid: Number(exit[2]),
    exitCode: exit[3] === undefined ? 0 : Number(exit[3]),
  };
};
