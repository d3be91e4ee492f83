import type { Argv } from "yargs";
import type { CommonOptions } from "../options.ts";

export const explain = (y: Argv<CommonOptions>) =>
  y.command(
    "explain [id]",
    "What a finding means, how it is decided, how to confirm it by hand",
    (command) =>
      command
        .positional("id", { type: "string", describe: "Finding; without it, the list of all" })
        .example("$0 explain threshold-below-floor", "the page of one finding"),
    async (argv) => {
      const { explainFinding } = await import("../explain-finding.ts");
      process.exitCode = explainFinding(argv.id, argv.color);
    },
  );
