// A task's name may hold any byte but NUL, a line feed too (prctl(2) PR_SET_NAME, /proc/PID/comm), and the kernel prints it as it is.
// In a record whose text has lines of its own (the statistics of a cgroup) a line feed parts them; in these it belongs to a name.

/**
 * `Memory cgroup out of memory: Killed process 211 (evil\nname) total-vm:51948kB, …`, `oom-kill:constraint=CONSTRAINT_MEMCG,…,task=…`,
 * `[    211]     0   211    12987 … evil\nname`, `evil\nname invoked oom-killer: gfp_mask=…`, `oom_reaper: reaped process 211 (…)`,
 * `CPU: 0 PID: 211 Comm: …` (mm/oom_kill.c, lib/dump_stack.c); TASK_COMM_LEN is 16 with its NUL
 */
const NAMES_A_TASK =
  /^(?:(?:[A-Z][\w ()]{0,60}: )?[Kk]ill(?:ed)? process \d|oom-kill:|oom_reaper: |CPU: \d|\[ {0,9}\d{1,10}\] {1,10}\d|[^]{1,15} invoked oom-killer: )/;

/** Such a record with the name's line feeds as /dev/kmsg writes them (\x0a); any other as it is. */
export const withWholeName = (message: string): string =>
  NAMES_A_TASK.test(message) ? message.replace(/\n|#012/g, "\\x0a") : message;
