import { readdirSync, readFileSync } from "node:fs";
import { packageFile } from "./package-files.ts";
import { suggestion } from "./suggestion.ts";
import { terminal } from "./terminal.ts";
import { UserError } from "./user-error.ts";

const FOLDER = "docs/findings/";

/** Prints the page of a finding, or the list of them. */
export const explainFinding = (id: string | undefined, color: boolean | undefined): number => {
  const shell = terminal(color);
  const pages = listPages();
  if (id === undefined) {
    shell.out(pages.map((page) => `${page.padEnd(34)} ${titleOf(page)}`.trimEnd()).join("\n"));
    shell.out(`\n\n${shell.paintOut("dim", "memforensics explain ID prints one of them")}\n`);
    return 0;
  }
  if (!pages.includes(id)) {
    const meant = suggestion(id, pages);
    throw new UserError(
      `there is no finding ${id}`,
      meant === null ? 'see the list: "memforensics explain"' : `did you mean ${meant}?`,
    );
  }
  shell.out(`${pageOf(id).trimEnd()}\n`);
  return 0;
};

const listPages = (): string[] => {
  try {
    return readdirSync(packageFile(FOLDER))
      .filter((name) => name.endsWith(".md") && name !== "README.md")
      .map((name) => name.slice(0, -3))
      .toSorted();
  } catch {
    throw new UserError("this installation has no pages on findings", "install the package again");
  }
};

const pageOf = (id: string): string => readFileSync(packageFile(`${FOLDER}${id}.md`), "utf8");

const titleOf = (id: string): string => /^# (.{1,200})$/m.exec(pageOf(id))?.[1] ?? "";
