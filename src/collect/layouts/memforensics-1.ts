// The bundle of scripts/collect.sh, format 1: node/start and node/end hold files under their own paths.
import type { Layout } from "./layout.ts";

const SIGNATURE =
  /^(?:manifest\.json|index\.tsv|clock\.tsv|collector\.log|node\/(?:start|end)\/.{1,4096}|ticks\/\d{1,12}\.(?:fast|mid|full)|logs\/[^/]{1,255})$/;
const ON_NODE = /^node\/(?:start|end)(\/(?:proc|sys|etc|var|run|usr|opt)\/.{1,4096})$/;

export const memforensics1: Layout = {
  id: "memforensics-1",
  // logs/ alone could be anyone's; it counts as ours for the seal, and a layout by itself it is only with one of the others.
  isSignature: (path) => SIGNATURE.test(path) && !path.startsWith("logs/"),
  nodePath: (path) => ON_NODE.exec(path)?.[1] ?? null,
  tick: () => null,
};

/** Could a file of this path be one that the seal of a format 1 bundle names? */
export const isSealedPath = (path: string): boolean => SIGNATURE.test(path.replace(/\.gz$/, ""));
