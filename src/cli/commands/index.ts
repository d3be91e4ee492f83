import { analyze } from "./analyze.ts";
import { explain } from "./explain.ts";
import { render } from "./render.ts";
import { schema } from "./schema.ts";
import { verify } from "./verify.ts";
import { whatif } from "./whatif.ts";

/** In the order of the help. A new command is one module here; what it needs is imported when it runs. */
export const commands = [analyze, whatif, render, verify, explain, schema] as const;

export const COMMAND_NAMES = ["analyze", "whatif", "render", "verify", "explain", "schema", "completion"];
