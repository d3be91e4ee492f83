// Facts that many rules cite alike.
import type { StoryKill } from "../../model/timeline.ts";
import { type FindingFact, fact } from "../answer.ts";
import { killRef, victimName } from "../inputs/refs.ts";

export const killFact = (kill: StoryKill): FindingFact => fact("The kill", victimName(kill), killRef(kill));
