// One of the four facts under the verdict, and how it is made.
import type { Incident } from "../../model/analysis.ts";
import { shortened } from "../format/visible.ts";
import type { Story } from "./story.ts";

export interface KeyFact {
  readonly label: string;
  readonly value: string;
  /** What makes the value large or small; or why it is not known. */
  readonly note: string;
  /** The exact figure, for a tooltip. */
  readonly title: string | null;
}

/** A tile is no place for 253 characters; the tables have them. */
export const brief = (name: string): string => shortened(name, 60);

export type Maker = (story: Story, incident: Incident) => KeyFact;

export const fact = (label: string, value: string, note: string, title: string | null = null): KeyFact => ({
  label,
  value,
  note,
  title,
});
export const unknown = (label: string, why: string): KeyFact => fact(label, "not known", why);
