import type { Argv } from "yargs";
import { type CommonOptions, dashKept, outputOptions } from "../options.ts";

export const analyze = (y: Argv<CommonOptions>) =>
  y.command(
    "analyze <input>",
    "Read a captured incident, print the verdict, write the report",
    (command) =>
      outputOptions(
        command.positional("input", {
          type: "string",
          demandOption: true,
          coerce: dashKept,
          describe: "Bundle, its directory, any log, folder or archive of logs, or - for standard input",
        }),
      )
        .option("strict", {
          type: "boolean",
          default: false,
          describe: "Exit with 3 where part of the input could not be read",
        })
        .example("$0 analyze node-7.tgz", "verdict here, node-7.report.html beside it")
        .example("$0 analyze node-7.tgz -f html -f json -o incident/", "several outputs")
        .example("$0 analyze dmesg.txt -f json -o - | jq .verdict", "the document alone on standard output"),
    async (argv) => {
      const { analyzeInput } = await import("../analyze-input.ts");
      process.exitCode = await analyzeInput(argv);
    },
  );
