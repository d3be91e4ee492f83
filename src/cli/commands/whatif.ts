import type { Argv } from "yargs";
import { type CommonOptions, dashKept, lastOf } from "../options.ts";

const text = (describe: string) => ({ type: "string", requiresArg: true, coerce: lastOf, describe }) as const;

export const whatif = (y: Argv<CommonOptions>) =>
  y.command(
    "whatif <input>",
    "Replay a captured incident with other eviction thresholds: who would have been first",
    (command) =>
      command
        .positional("input", {
          type: "string",
          demandOption: true,
          coerce: dashKept,
          describe: "Bundle, its directory, or - for standard input; it needs samples of memory",
        })
        .option("eviction-hard", text("As the kubelet's flag: memory.available<1Gi or memory.available<10%"))
        .option("eviction-soft", text("Likewise, with a grace"))
        .option("soft-grace", text("evictionSoftGracePeriod of memory.available: 5s, 1m30s"))
        .option("minimum-reclaim", text("evictionMinimumReclaim of memory.available: 500Mi, 5%"))
        .option("system-reserved", text("Memory of systemReserved: 1Gi; moves the limit of kubepods"))
        .option("pass", text("How long one pass of the eviction manager takes; without it, as the log shows it"))
        .option("format", {
          alias: "f",
          type: "string",
          choices: ["text", "json"] as const,
          default: "text" as const,
          requiresArg: true,
          describe: "What to write to standard output",
        })
        .example("$0 whatif node-7.tgz --eviction-hard 'memory.available<1Gi'", "another hard threshold")
        .example("$0 whatif node-7.tgz --eviction-soft 'memory.available<10%' --soft-grace 5s", "a soft one beside it")
        .example(
          "$0 whatif node-7.tgz --system-reserved 1Gi --pass 2s",
          "a smaller kubepods, a kubelet that keeps pace",
        )
        .example("$0 whatif node-7.tgz", "the thresholds in force: must tell what happened"),
    async (argv) => {
      const { whatIfInput } = await import("../whatif-input.ts");
      await whatIfInput(argv);
    },
  );
