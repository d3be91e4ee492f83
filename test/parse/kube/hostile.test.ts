// Tables, descriptions and objects of Kubernetes are hostile text, too: lines of a megabyte that almost match, and documents that a library
// takes long over. What stands behind such a line is read.
import { describe, expect, it } from "vitest";
import { parseYamlDocuments } from "../../../src/parse/kube/yaml-with-lines.ts";
import { readCase } from "../kubelet/cases.ts";

const MIB = 1 << 20;
const filled = (unit: string): string => unit.repeat(Math.ceil(MIB / unit.length)).slice(0, MIB);

const LINES: readonly string[] = [
  "Warning  ",
  "Normal  Evicted  ",
  "2m  ",
  "2m (x3 over 9m) ",
  "| a ",
  "The node was low on resource: [",
  "evicted: ",
  'message: "',
  "[",
  "- ",
  "NAME  READY  ",
  '"message": ',
  "Event(v1.ObjectReference{",
  "&#x",
  "=3D",
].map(filled);
const BEHIND: readonly (readonly [string, string])[] = [
  ["2m  Warning  Evicted  pod/a  ", "The node was low on resource: "],
  ["2m  Warning  Evicted  pod/a  The node was low on resource: memory. ", "Container a was using 1Ki, "],
  ["2m  Warning  Evicted  pod/a  ", " "],
  ["2m  Warning  Evicted  pod/", "a"],
  ["  Warning  OOMKilling  2m (x3 over ", "9m"],
  ["  Warning  SystemOOM  2m  kubelet  ", "System OOM encountered, victim process: a, pid: "],
  ["LAST SEEN   TYPE   ", "REASON  "],
  ["| default | 51m | Warning | SystemOOM | node/a | ", "a | "],
  ["Name:  ", " "],
  ["  Message:  ", "The node was low on resource: memory. "],
  ["CONTAINER           ", "IMAGE  "],
  ["Event occurred ", 'object="a" '],
  ["<p>", "<pre"],
];

describe("a line of a megabyte", () => {
  it.each([...LINES, ...BEHIND.map(([head, unit]) => head + filled(unit))].map((line, i) => ({ i, line })))(
    "that almost is an event's or a description's hides none behind it: $i",
    async ({ line }) => {
      const { events } = await readCase(
        new TextEncoder().encode(
          `${line}\n\n3m  Warning  SystemOOM  node/w1  System OOM encountered, victim process: java, pid: 7\n`,
        ),
      );
      expect(events.filter(({ reason, object }) => reason === "SystemOOM" && object.name === "w1")).toHaveLength(1);
    },
  );
});

describe("YAML", () => {
  const head = "apiVersion: v1\nkind: Pod\n";

  it("whose aliases are thousands is read, each by its anchor", () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `k${i}: *name`);
    const { roots, error } = parseYamlDocuments(`${head}name: &name web-0\n${lines.join("\n")}\n`);
    const [root] = roots;
    expect(error).toBeNull();
    expect(root?.kind === "object" && root.members.size).toBe(5003);
    expect(root?.kind === "object" && root.members.get("k4999")).toMatchObject({ value: "web-0" });
  });

  it.each(["&a ", "!a ", "&a\n"])("with %j without end is read up to there", (unit) => {
    const { roots, error } = parseYamlDocuments(`${head}name: web-0\n${unit.repeat(100_000)}`);
    const [root] = roots;
    expect(error).toMatchObject({ at: `${head}name: web-0\n`.length, message: "too many anchors or tags in a row" });
    expect(root?.kind === "object" && root.members.get("name")).toMatchObject({ value: "web-0" });
  });
});
