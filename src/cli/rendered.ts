import type { Analysis } from "../model/analysis.ts";
import type { Format } from "./formats.ts";
import type { Terminal } from "./terminal.ts";

/** One output as text. `shell`: the terminal that it goes to, where it does not go to a file. */
export const rendered = async (analysis: Analysis, format: Format, shell: Terminal | null): Promise<string> => {
  const { renderHtml, renderJson, renderMarkdown, renderText } = await import("../report/index.ts");
  switch (format) {
    case "html":
      return renderHtml(analysis);
    case "json":
      return renderJson(analysis);
    case "md":
      return renderMarkdown(analysis);
    case "text":
      return renderText(analysis, shell === null ? {} : { color: shell.colorOut, width: shell.width });
  }
};
