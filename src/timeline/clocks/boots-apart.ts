// A file that holds several boots and names none (a console's log, a syslog): the reader names its second one and those after it, the
// first has no name yet. Here it gets one, so that its stamps are not taken for those of the boot that was captured.
import type { Facts, LogFacts } from "../../model/facts.ts";
import { realBootId } from "../kills/telling.ts";

interface OfBoot {
  readonly bootId: string | null;
}

const named = <T extends OfBoot>(items: readonly T[], bootId: string): T[] =>
  items.map((item) => (item.bootId === null ? { ...item, bootId } : item));

const apart = (log: LogFacts): LogFacts => {
  const several = [...log.kernel, ...log.bindings].some(({ bootId }) => bootId !== null && realBootId(bootId) === null);
  if (!several) return log;
  const first = `boot#1 of ${log.path}`;
  return {
    ...log,
    kernel: named(log.kernel, first),
    kubelet: named(log.kubelet, first),
    system: named(log.system, first),
    bindings: named(log.bindings, first),
  };
};

export const bootsApart = (facts: Facts): Facts => ({ ...facts, logs: facts.logs.map(apart) });
