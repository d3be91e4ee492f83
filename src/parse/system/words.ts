// What a line must hold for the readers of this folder to look at it, where its speaker says nothing else (reader.ts). A new pattern
// needs its word here (test/parse/log/glance.test.ts finds those that have none).
import { Starts } from "../text/starts.ts";

export const SYSTEM_WORDS: readonly string[] = [
  // runtime-lines.ts
  "TaskOOM event",
  "exit event",
  "TaskExit event",
  "<ninfo>: ",
  "container oom ",
  "container die ",
  "/tasks/oom ",
  "/tasks/exit ",
  // userspace-lines.ts
  "oomd kill: ",
  "Sending SIGKILL to cgroup",
  // systemd-lines.ts
  "killed by the OOM killer",
  "systemd-oomd killed ",
  ": Failed with result ",
  ": Main process exited, ",
  ": Unit entered failed state",
  ": Scheduled restart job",
];

/** Speakers of whose lines none is passed over: they are few, and what they say is of several lines or of many kinds. */
export const HEARD = /^(?:nohang|oomd|systemd-oomd|systemd-journal.*|rsyslog.*|.*earlyoom.*)$/;

const UNITS = "kubelet containerd crio docker k3s rke2- snap. systemd-oomd earlyoom nohang Container".split(" ");

/** How systemd's lines begin that tell of the start and end of what is watched (systemd-lines.ts WATCHED), and its own. */
export const SYSTEMD_STARTS = new Starts([
  ...["Started ", "Stopped ", "Stopping "].flatMap((verb) => UNITS.map((unit) => verb + unit)),
  "systemd ",
]);
