import type { Argv } from "yargs";
import type { CommonOptions } from "../options.ts";

export const schema = (y: Argv<CommonOptions>) =>
  y.command(
    "schema",
    "Print the JSON Schema of the analysis document",
    (command) => command.example("$0 schema > analysis.schema.json", "for a validator"),
    async () => {
      const { printSchema } = await import("../print-schema.ts");
      printSchema();
    },
  );
