import { AnalysisSchema } from "../model/analysis.ts";
import { terminal } from "./terminal.ts";

export const printSchema = (): void => {
  const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...AnalysisSchema };
  terminal(false).out(`${JSON.stringify(schema, null, 2)}\n`);
};
