// Shape and colour name the actor, so that a mark reads in print and without colour: kernel red cross, kubelet blue
// diamond (hollow where it only noticed), pressure amber triangle, pods grey ring, userspace violet square.
import type { Html } from "../html/markup.ts";
import type { Lane, Shape } from "../story/milestone-looks.ts";
import { AMBER, BLUE, el, GREY, GROUND, type Ink, RED, stroke, VIOLET } from "./element.ts";

const INKS: Readonly<Record<Lane, Ink>> = {
  kernel: RED,
  kubelet: BLUE,
  pressure: AMBER,
  pods: GREY,
  userspace: VIOLET,
};
export const inkOf = (lane: Lane): Ink => INKS[lane];

const DIAMOND = "M0 -7L7 0L0 7L-7 0Z";
const TRIANGLE = "M0 -7L7 5.5H-7Z";

/** Drawn around the origin. */
export function shapeOf(shape: Shape, ink: Ink): Html {
  const solid = { fill: ink.light, stroke: ink.light, "stroke-width": 1.6, class: `f-${ink.cls} s-${ink.cls}` };
  const hollow = { ...solid, fill: GROUND.light, "stroke-width": 2, class: `f-${GROUND.cls} s-${ink.cls}` };
  switch (shape) {
    case "cross":
      return el("path", { d: "M-6 -6L6 6M-6 6L6 -6", ...stroke(ink, 3), "stroke-linecap": "round" });
    case "diamond":
      return el("path", { d: DIAMOND, ...solid });
    case "diamond-hollow":
      return el("path", { d: DIAMOND, ...hollow });
    case "triangle":
      return el("path", { d: TRIANGLE, ...solid });
    case "triangle-hollow":
      return el("path", { d: TRIANGLE, ...hollow });
    case "ring":
      return el("circle", { r: 5, ...hollow });
    case "square":
      return el("path", { d: "M-6 -6H6V6H-6Z", ...solid });
    case "tick":
      return el("path", { d: "M0 -6V6", ...stroke(ink, 2) });
  }
}
