// What was printed is read back, whatever it holds; what is no line of the kind is none.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventOfRow } from "../../../src/parse/kube/event-rows.ts";
import { parseEvictedMessage } from "../../../src/parse/kube/evicted-message.ts";
import { plainLine } from "../../../src/parse/kube/plain-line.ts";
import { parseQuantity } from "../../../src/parse/kube/quantity.ts";
import { parseGoDuration } from "../../../src/parse/kube/times.ts";
import { podKeyOf, podListOf, structFields } from "../../../src/parse/kubelet/go-values.ts";
import { parseKlogHeader } from "../../../src/parse/kubelet/klog-header.ts";
import { parseFields, parseKlogMessage } from "../../../src/parse/kubelet/klog-message.ts";
import { runtimeFact } from "../../../src/parse/system/runtime-lines.ts";
import { systemdFact } from "../../../src/parse/system/systemd-lines.ts";
import { userspaceKill } from "../../../src/parse/system/userspace-lines.ts";
import { sourceRef } from "../../../src/model/evidence.ts";

const anyText = fc.string({ unit: "binary", maxLength: 300 });
const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
/** strconv.Quote of printable text. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
const printable = fc.string({ unit: "grapheme-ascii", maxLength: 40 });

describe("klog", () => {
  test("keys and quoted values come back as they were, in order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, printable), { selector: ([k]) => k, maxLength: 10 }), (pairs) => {
        const text = pairs.map(([k, v]) => ` ${k}=${quoted(v)}`).join("");
        expect([...parseFields(text)]).toEqual(pairs);
      }),
    );
  });

  test("text and JSON of one call are the same message with the same keys", () => {
    fc.assert(
      fc.property(
        printable.filter((text) => text.trim() !== "" && text === text.trimEnd()),
        fc.uniqueArray(
          fc.tuple(
            key.filter((k) => !/^(?:ts|msg|caller|v)$/.test(k) && Number.isNaN(Number(k))),
            printable,
          ),
          {
            selector: ([k]) => k,
            maxLength: 6,
          },
        ),
        (message, pairs) => {
          const text = parseKlogMessage(
            `I1124 01:16:10.106764     410 a.go:84] ${quoted(message)}${pairs.map(([k, v]) => ` ${k}=${quoted(v)}`).join("")}`,
          );
          const json = parseKlogMessage(
            JSON.stringify({
              ts: 1795483982271.4,
              caller: "x/a.go:84",
              msg: message,
              v: 0,
              ...Object.fromEntries(pairs),
            }),
          );
          expect(json?.message).toBe(text?.message);
          expect(json?.file).toBe(text?.file);
          expect(Object.fromEntries(json?.fields ?? [])).toEqual({ ...Object.fromEntries(text?.fields ?? []), v: "0" });
        },
      ),
    );
  });

  test("cut anywhere, no key has more than it had, and a pod that is named is the pod", () => {
    const line = ' err="timeout waiting to kill pod" pods=["batch/leaky-0","shop/web-1"] pod="batch/leaky-0" n=3';
    const all = parseFields(line);
    for (let at = 0; at <= line.length; at++) {
      const cut = parseFields(line.slice(0, at));
      for (const [k, v] of cut) expect(all.get(k)?.startsWith(v)).toBe(true);
      const pod = cut.get("pod");
      if (pod !== undefined) expect(pod).toBe("batch/leaky-0");
      for (const one of podListOf(cut.get("pods") ?? "")) expect(["leaky-0", "web-1"]).toContain(one.name);
    }
  });

  test("pods come back from every form of a list", () => {
    const uid = fc.uuid();
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name, uid), { minLength: 1, maxLength: 8 }), (pods) => {
        const keys = pods.map(([namespace, pod]) => ({ namespace, name: pod, uid: null }));
        expect(podListOf(`[${pods.map(([ns, pod]) => `"${ns}/${pod}"`).join(",")}]`)).toEqual(keys);
        expect(podListOf(`[${pods.map(([ns, pod]) => `${ns}/${pod}`).join(" ")}]`)).toEqual(keys);
        expect(podListOf(pods.map(([ns, pod, id]) => `${pod}_${ns}(${id})`).join(", "))).toEqual(
          pods.map(([namespace, pod, id]) => ({ namespace, name: pod, uid: id })),
        );
      }),
    );
  });
});

describe("Kubernetes' values", () => {
  test("a quantity is read in each of its forms", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (n) => {
        expect(parseQuantity(String(n))).toBe(n);
        expect(parseQuantity(`${n}Ki`)).toBe(n * 1024);
        expect(parseQuantity(`${n}k`)).toBe(n * 1000);
        expect(parseQuantity(`${n}e3`)).toBe(n * 1000);
        expect(parseQuantity(`${n * 1000}m`)).toBe(n);
      }),
    );
  });

  test("an evicted message gives back its figures, wrapped or not", () => {
    const size = fc.nat({ max: 2 ** 31 });
    fc.assert(
      fc.property(
        size,
        size,
        name,
        size,
        size,
        fc.nat({ max: 7 }),
        (threshold, available, container, using, request, breaks) => {
          const words =
            `The node was low on resource: memory. Threshold quantity: ${threshold}Ki, available: ${available}Ki. Container ${container} was using ${using}Ki, request is ${request}, has larger consumption of memory. `.split(
              " ",
            );
          const message = words.map((word, i) => word + (i % 8 === breaks ? "\n    " : " ")).join("");
          expect(parseEvictedMessage(message)).toEqual({
            resource: "memory",
            thresholdBytes: threshold * 1024,
            availableBytes: available * 1024,
            containers: [{ name: container, usingBytes: using * 1024, requestBytes: request }],
            admission: false,
          });
        },
      ),
    );
  });

  test("a row of kubectl's gives back its object and its message", () => {
    fc.assert(
      fc.property(name, name, fc.nat({ max: 4_194_304 }), (pod, comm, pid) => {
        const message = `System OOM encountered, victim process: ${comm}, pid: ${pid}`;
        const row = `78s         Warning   SystemOOM   node/${pod}    ${message}`;
        expect(eventOfRow(row, sourceRef("a", 1, row))).toMatchObject({ object: { kind: "Node", name: pod }, message });
      }),
    );
  });
});

test("any text passes every classifier without a throw, and names no process", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      parseFields(text);
      parseKlogHeader(text);
      parseKlogMessage(text);
      podKeyOf(text);
      podListOf(text);
      structFields(text);
      parseQuantity(text);
      parseGoDuration(text);
      parseEvictedMessage(text);
      eventOfRow(text, sourceRef("a", 1, text));
      expect(plainLine(text).length).toBeLessThanOrEqual(Math.max(text.length * 4, 4));
      expect([runtimeFact(text), systemdFact(null, text), userspaceKill(null, text)]).toEqual([null, null, null]);
    }),
    { numRuns: 500 },
  );
});
