// Logs of the kubelet, of runtimes and of killers in user space that were wrapped on their way: the same facts as unwrapped.
import { describe, expect, it } from "vitest";
import { cases, describeCase, readCase } from "../kubelet/cases.ts";
import { atColumn, betweenWords, setIn } from "../kernel/render.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What was read of lines; of a wrapped message in a table its row has a part only. */
const toldIn = async (bytes: Uint8Array): Promise<string[]> =>
  describeCase(await readCase(bytes)).filter((fact) => !/^(?:FORMAT|event|PROBLEM)/.test(fact));

const named = (names: readonly string[]) => cases.filter(({ name }) => names.some((start) => name.startsWith(start)));

describe.each(
  named([
    "1.18",
    "1.20-klog",
    "1.20-starving",
    "1.21",
    "1.27",
    "1.28",
    "1.29",
    "1.31",
    "1.36",
    "runtime-cont",
    "syslog",
  ]),
)("$name", ({ log }) => {
  it.each([
    ["at 72 columns", atColumn(72), ""],
    ["at 80 columns", atColumn(80), ""],
    ["at 132 columns", atColumn(132), ""],
    ["at 80 columns, further pieces set in", setIn(atColumn, 80, "    ", 4), ""],
    ["between words at 72 columns", betweenWords(72), ""],
    ["between words at 76 columns, quoted", betweenWords(76), "> "],
    ["between words at 100 columns, further pieces behind a tab", setIn(betweenWords, 100, "\t", 8), ""],
  ] as const)("%s", async (_, wrap, quote) => {
    const wrapped = decoder
      .decode(log)
      .trimEnd()
      .split("\n")
      .flatMap(wrap)
      .map((line) => quote + line)
      .join("\n");
    expect(await toldIn(encoder.encode(`${wrapped}\n`))).toEqual(await toldIn(log));
  });
});

const readLines = (lines: readonly string[]) => readCase(encoder.encode(`${lines.join("\n")}\n`));

describe("wrapped lines", () => {
  const head = (i: number): string =>
    `I1124 01:${Math.floor(i / 60) + 10}:${(i % 60) + 10}.000000     410 eviction_manager.go`;

  it("too few to tell a width are joined where a list or a quotation is open", async () => {
    const { logs } = await readLines([
      `${head(1)}:398] "Eviction manager: pods ranked for eviction" pods=["batch/leaky-0",`,
      '"shop/web-0"]',
      "That is what we saw.",
    ]);
    expect(logs[0]?.kubelet).toMatchObject([
      { kind: "ranked", pods: [{ name: "leaky-0" }, { name: "web-0" }], from: [{ line: 1, endLine: 2 }] },
    ]);
  });

  it("of a table of events are whole rows", async () => {
    const { events } = await readLines(
      ["leaky-0", "leaky-1", "web-7f9c"].flatMap((pod) =>
        atColumn(80)(
          `2m  Warning  Evicted  pod/${pod}  The node was low on resource: memory. Threshold quantity: 100Mi, available: 98304Ki. `,
        ),
      ),
    );
    expect(events.map(({ object, message }) => [object.name, message.trim().slice(-46)])).toEqual(
      ["leaky-0", "leaky-1", "web-7f9c"].map((pod) => [pod, "Threshold quantity: 100Mi, available: 98304Ki."]),
    );
  });

  it("more than are looked at at once are joined, each with its own", async () => {
    const lines = Array.from({ length: 400 }, (_, i) =>
      betweenWords(72)(`${head(i)}:615] "Eviction manager: pod is evicted successfully" pod="batch/leaky-${i}"`),
    );
    expect(lines.every(({ length }) => length === 2)).toBe(true);
    const { logs } = await readLines(lines.flat());
    expect(logs[0]?.kubelet.flatMap((event) => ("pods" in event ? event.pods.map(({ name }) => name) : []))).toEqual(
      lines.map((_, i) => `leaky-${i}`),
    );
  });

  it("are one sign of life of the kubelet's each, whether their first piece was only looked at or not", async () => {
    const line = (second: number): string =>
      `Nov 24 01:18:${second} worker-1 kubelet[404]: I1124 01:18:${second}.000000     404 kuberuntime_manager.go:1027] "No sandbox for pod can be found"`;
    const { logs } = await readLines(
      [10, 11, 12, 13].flatMap((second) => [line(second), 'pod="shop/web-0" why="none"', ""]),
    );
    expect(logs[0]?.kubeletBeats).toHaveLength(4);
    const plain = await readLines([line(10), line(11), line(12), 'pod="shop/web-0" why="none"', line(13)]);
    expect(plain.logs[0]?.kubeletBeats).toHaveLength(4);
  });
});
