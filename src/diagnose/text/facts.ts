// Facts that many rules cite alike.
import type { Floor, StoryKill } from "../../model/timeline.ts";
import { type FindingFact, fact } from "../answer.ts";
import { killRef, victimName } from "../inputs/refs.ts";

export const killFact = (kill: StoryKill): FindingFact => fact("The kill", victimName(kill), killRef(kill));

/** Which arithmetic of the kubelet a level is in, where nothing in the input tells. */
export const asCounted = (floor: Floor | null): string =>
  floor === null || floor.usage.sure ? "" : ", as kubelets from 1.29 on count it";
