// SVG as strings. Colours are presentation attributes, so that a picture reads without a style sheet; classes exist only
// for what dark mode and print change (report.css has the same class names).
import { escape, Html, NOTHING } from "../html/markup.ts";

export type Attributes = Readonly<Record<string, string | number | null>>;

/** Two decimals of a unit of a thousand: a hundredth of a pixel is enough and keeps the file small. */
export const coordinate = (n: number): string => {
  const rounded = Math.round(n * 100) / 100;
  return Object.is(rounded, -0) ? "0" : rounded.toString();
};

export function el(name: string, attributes: Attributes, ...children: readonly Html[]): Html {
  let out = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null) continue;
    out += ` ${key}="${typeof value === "number" ? coordinate(value) : escape(value)}"`;
  }
  const inner = children.map((c) => c.markup).join("");
  return new Html(inner === "" && name !== "title" ? `${out}/>` : `${out}>${inner}</${name}>`);
}

export const words = (text: string): Html => new Html(escape(text));

export const group = (children: readonly Html[], attributes: Attributes = {}): Html =>
  children.length === 0 ? NOTHING : el("g", attributes, ...children);

export interface Ink {
  /** Colour on a light ground. */
  readonly light: string;
  /** Class that gives the colour on a dark ground. */
  readonly cls: string;
}

export const INK: Ink = { light: "#101828", cls: "ink" };
export const MUTE: Ink = { light: "#596579", cls: "mute" };
export const RED: Ink = { light: "#b42318", cls: "red" };
export const BLUE: Ink = { light: "#1d4ed8", cls: "blue" };
export const AMBER: Ink = { light: "#b45309", cls: "amber" };
export const VIOLET: Ink = { light: "#6d28d9", cls: "violet" };
export const GREY: Ink = { light: "#667085", cls: "grey" };
/** Grid lines and hatching: they carry no fact and stay faint. */
export const FAINT: Ink = { light: "#e4e7ec", cls: "faint" };
export const GROUND: Ink = { light: "#ffffff", cls: "ground" };

export const fill = (ink: Ink): Attributes => ({ fill: ink.light, class: `f-${ink.cls}` });
export const stroke = (ink: Ink, width: number, dash: string | null = null): Attributes => ({
  fill: "none",
  stroke: ink.light,
  "stroke-width": width,
  "stroke-dasharray": dash,
  class: `s-${ink.cls}`,
});

export interface LabelOptions {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly weight?: number;
  readonly ink?: Ink;
  /** A halo in the ground's colour keeps a label legible on lines. */
  readonly halo?: boolean;
}

export function label(x: number, y: number, text: string, options: LabelOptions = {}): Html {
  const ink = options.ink ?? INK;
  const base: Attributes = {
    x,
    y,
    "font-size": options.size ?? 12,
    "font-weight": options.weight ?? null,
    "text-anchor": options.anchor === undefined || options.anchor === "start" ? null : options.anchor,
  };
  if (options.halo !== true) return el("text", { ...base, fill: ink.light, class: `f-${ink.cls}` }, words(text));
  return el(
    "text",
    {
      ...base,
      fill: ink.light,
      stroke: GROUND.light,
      "stroke-width": 3,
      "stroke-linejoin": "round",
      "paint-order": "stroke",
      class: `f-${ink.cls} halo`,
    },
    words(text),
  );
}

/** Rough width of a label: there is no font to measure, and too wide is the safe side. */
export function textWidth(text: string, size = 12): number {
  let em = 0;
  for (const char of text)
    em += NARROW.has(char) ? 0.33 : WIDE.test(char) ? 1 : char >= "A" && char <= "Z" ? 0.7 : 0.58;
  return em * size;
}
const NARROW = new Set("iljtfrI.,:;'|!()[] ");
const WIDE = /[mwMW@\u2e80-\uffff\u{10000}-\u{10ffff}]/u;
