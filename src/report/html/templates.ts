// Runs the precompiled templates. Everything they are given passes the one escaper first (bind).
import Handlebars from "handlebars/runtime.js";
import { templates } from "../templates.gen.ts";
import { bind, type View } from "./markup.ts";

type Compiled = ReturnType<typeof Handlebars.template>;

let compiled: Readonly<Record<string, Compiled>> | null = null;

/** Links the compiled functions with the runtime; no code is generated from strings. */
function all(): Readonly<Record<string, Compiled>> {
  compiled ??= Object.fromEntries(Object.entries(templates).map(([name, spec]) => [name, Handlebars.template(spec)]));
  return compiled;
}

export function page(view: View): string {
  const partials = all();
  const template = partials["page"];
  if (template === undefined) throw new Error("templates.gen.ts has no page: run node scripts/build-assets.mjs");
  return template(bind(view), { partials: { ...partials } });
}
