import type { Argv } from "yargs";
import type { CommonOptions } from "../options.ts";

export const verify = (y: Argv<CommonOptions>) =>
  y.command(
    "verify <bundle>",
    "Hold a bundle against its seal: unsealed, altered, missing, added",
    (command) =>
      command
        .positional("bundle", { type: "string", demandOption: true, describe: "Bundle, or its directory" })
        .example("$0 verify node-7.tgz", "exits with 0 only where every file fits"),
    async (argv) => {
      const { verifyBundle } = await import("../verify-bundle.ts");
      process.exitCode = await verifyBundle(argv.bundle, argv.color);
    },
  );
