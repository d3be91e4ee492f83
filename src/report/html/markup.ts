// The one place where text becomes markup. Whatever is not an Html is text: it is made visible and escaped here,
// on its way into a template (bind) or into a piece of markup (html).
import { visible } from "../format/visible.ts";

/** Markup of ours. Handlebars writes an object with `toHTML` as it is. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toHTML(): string {
    return this.markup;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

type Piece = Html | string | number | null | readonly Html[];

function pieceMarkup(piece: Piece): string {
  if (piece === null) return "";
  if (piece instanceof Html) return piece.markup;
  if (typeof piece === "object") return piece.map((p) => p.markup).join("");
  return escape(piece.toString());
}

/** html`<b>${name}</b>`: the template is ours, every value is escaped unless it is Html already. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let out = strings[0] ?? "";
  values.forEach((value, i) => {
    out += pieceMarkup(value) + (strings[i + 1] ?? "");
  });
  return new Html(out);
}

export const joined = (pieces: readonly Html[], between = ""): Html =>
  new Html(pieces.map((p) => p.markup).join(between));

export const NOTHING = new Html("");

/** What a template may be given. */
export type View = string | number | boolean | null | Html | readonly View[] | { readonly [key: string]: View };

/** Every string of a view escaped; an empty one stays empty, so that {{#if}} sees it. */
export function bind(view: View): unknown {
  if (typeof view === "string") return view === "" ? "" : new Html(escape(view));
  if (view === null || typeof view !== "object") return view;
  if (view instanceof Html) return view.markup === "" ? "" : view;
  if (isList(view)) return view.map(bind);
  return Object.fromEntries(Object.entries(view).map(([key, value]) => [key, bind(value)]));
}

const isList = (view: object): view is readonly View[] => Array.isArray(view);
