import { type Case, casesIn } from "../cases.ts";

export const { cases } = casesIn("kernel", /./);

export const caseNamed = (name: string): Case => {
  const found = cases.find((it) => it.name === `${name}.txt`);
  if (!found) throw new Error(`no case ${name}`);
  return found;
};
