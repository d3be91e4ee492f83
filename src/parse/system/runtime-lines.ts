// The container runtime's word on a container's end: containerd, CRI-O's conmon, docker.
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

/**
 * conmon 25a38b5b8d556d7983d9 <ninfo>: OOM received            (conmon src/oom.c; the id is cut at 20 digits, src/utils.h)
 * conmon 25a38b5b8d556d7983d9 <ninfo>: container 4333 exited with status 137      (src/conmon.c)
 */
const CONMON = /conmon ([0-9a-f]{12,64}) <ninfo>: (?:OOM received|container (\d{1,10}) exited with status (\d{1,4}))/;

/**
 * 2026-11-24T01:18:23.376853313Z container oom 25a3… (image=debian, name=memhog)       docker events
 * 2026-11-24T01:18:23.380000000Z container die 25a3… (execDuration=3, exitCode=137, image=debian, name=memhog)
 */
const DOCKER = /\bcontainer (?:oom ([0-9a-f]{64}) \(|die ([0-9a-f]{64}) \((?:[^()]{0,400}, )?exitCode=(\d{1,4})\b)/;

/**
 * 2026-11-24 01:18:23.376853313 +0000 UTC k8s.io /tasks/oom {"container_id":"25a3…"}       ctr events
 * 2026-11-24 01:18:23.380000000 +0000 UTC k8s.io /tasks/exit {"container_id":"25a3…","id":"25a3…","pid":1031,"exit_status":137,…}
 */
const CTR_OOM = /\/tasks\/oom \{"container_id":"([0-9a-f]{64})"/;
const CTR_EXIT =
  /\/tasks\/exit \{"container_id":"([0-9a-f]{64})","id":"([0-9a-f]{64})","pid":(\d{1,10})(?:,"exit_status":(\d{1,4}))?/;

/** A cheap test first: containerd prints thousands of other lines. */
const WORTH = /TaskOOM|xit event|<ninfo>: |container (?:oom|die) |\/tasks\/(?:oom|exit) /;

const codeOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

const ofOthers = (text: string): RuntimeFact | null => {
  const conmon = CONMON.exec(text);
  if (conmon?.[1] !== undefined) {
    const [, containerId, pid, status] = conmon;
    return pid === undefined
      ? { kind: "task-oom", containerId }
      : { kind: "task-exit", containerId, exitCode: codeOf(status), exitedPid: Number(pid) };
  }
  const oom = CTR_OOM.exec(text)?.[1];
  if (oom !== undefined) return { kind: "task-oom", containerId: oom };
  const exit = CTR_EXIT.exec(text);
  // another id is an exec's in the container
  if (exit?.[1] !== undefined && exit[1] === exit[2])
    return { kind: "task-exit", containerId: exit[1], exitCode: codeOf(exit[4]) ?? 0, exitedPid: Number(exit[3]) };
  const docker = DOCKER.exec(text);
  if (docker?.[1] !== undefined) return { kind: "task-oom", containerId: docker[1] };
  return docker?.[2] === undefined
    ? null
    : { kind: "task-exit", containerId: docker[2], exitCode: codeOf(docker[3]), exitedPid: null };
};

/** time="2026-11-24T01:18:23.376853313Z" level=info …: the runtime's own clock when it made the line (logrus' text form). */
export const runtimeStamp = (message: string): Stamp | null => {
  const time = /(?:^|\s)time="([^"]{1,60})"/.exec(message.slice(0, 400))?.[1];
  const wall = time === undefined ? null : parseRfc3339(time);
  return wall === null ? null : { clock: "realtime", ms: wall.ms, resolutionMs: wall.resolutionMs, zoned: true };
};

export const runtimeFact = (message: string): RuntimeFact | null => {
  if (!WORTH.test(message)) return null;
  const text = message.slice(0, 4096);
  const oom = TASK_OOM.exec(text);
  if (oom?.[1] !== undefined) return { kind: "task-oom", containerId: oom[1] };
  const exit = EXIT_NEW.exec(text) ?? EXIT_OLD.exec(text);
  if (exit?.[1] === undefined) return ofOthers(text);
  // protobuf leaves a zero out of its text form
  return {
    kind: "task-exit",
    containerId: exit[1],
    exitedPid: Number(exit[2]),
    exitCode: exit[3] === undefined ? 0 : Number(exit[3]),
  };
};
