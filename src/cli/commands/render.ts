import type { Argv } from "yargs";
import { type CommonOptions, dashKept, outputOptions } from "../options.ts";

export const render = (y: Argv<CommonOptions>) =>
  y.command(
    "render <document>",
    "Draw outputs again from the JSON that analyze wrote",
    (command) =>
      outputOptions(
        command.positional("document", {
          type: "string",
          demandOption: true,
          coerce: dashKept,
          describe: "What analyze --format json wrote, or - for standard input",
        }),
      )
        .example("$0 render node-7.report.json", "node-7.report.html, without the capture")
        .example("$0 render node-7.report.json -f md -o -", "text for the ticket"),
    async (argv) => {
      const { renderDocument } = await import("../render-document.ts");
      process.exitCode = await renderDocument(argv);
    },
  );
