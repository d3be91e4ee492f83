import { describe, expect, test } from "vitest";
import { podKeyOf, podListOf, structFields, unquoteGo } from "../../../src/parse/kubelet/go-values.ts";
import { parseKlogHeader } from "../../../src/parse/kubelet/klog-header.ts";
import { parseFields, parseKlogMessage } from "../../../src/parse/kubelet/klog-message.ts";

describe("klog header", () => {
  test("whole: local time without a year, to the microsecond", () => {
    const header = parseKlogHeader('I1124 01:16:10.106764     410 oom_watcher_linux.go:84] "Got sys oom event"');
    expect(header).toMatchObject({
      severity: "I",
      pid: 410,
      file: "oom_watcher_linux.go",
      stamp: { clock: "klog", zoned: false },
    });
    // day 328 of a leap year
    expect(header?.stamp?.ms).toBeCloseTo(328 * 86_400_000 + 4_570_106.764, 3);
    expect(header?.stamp?.resolutionMs).toBe(0.001);
  });

  test("29 February has a place; 31 February has none", () => {
    expect(parseKlogHeader("W0229 00:00:00.000000 1 a.go:1] x")?.stamp?.ms).toBe(59 * 86_400_000);
    expect(parseKlogHeader("W0231 00:00:00.000000 1 a.go:1] x")?.stamp).toBeNull();
  });

  test.each([
    ['... eviction_manager.go:339] "Eviction manager: attempting to reclaim"', null, null],
    ["node-1 kubelet[7082]: W 7082 eviction_manager.go:330] eviction manager: x", "W", 7082],
    ['20:58:12 eviction_manager.go:392 "must evict pod(s) to reclaim"', null, null],
    ["kubelet E0308 00:29:47.510555   24749 eviction_manager.go:560] x", "E", 24_749],
  ])("found behind what stands before it: %s", (text, severity, pid) => {
    expect(parseKlogHeader(text)).toMatchObject({ severity, pid, file: "eviction_manager.go" });
  });

  test("prose that names a file is no header", () => {
    expect(parseKlogHeader("see eviction_manager.go:392 for the reason")).toBeNull();
    expect(parseKlogHeader(`${"x".repeat(400)} I1124 01:16:10.106764     410 a.go:84] y`)).toBeNull();
  });
});

describe("a line that stands as a string in another log", () => {
  const inner =
    'I0302 10:05:00.123456    1234 eviction_manager.go:602] "Eviction manager: pod is evicted successfully" pod="ns/a"';
  test.each([
    `time="2024-03-02 10:05:00" level=info msg=${JSON.stringify(inner)} component=kubelet stream=stderr`,
    `{"message":${JSON.stringify(inner)},"hostname":"ip-10-0-1-2","systemd_unit":"kubelet.service"}`,
    `  MESSAGE: '${inner}'`,
    `${JSON.stringify(inner)},`,
    `{"message":${JSON.stringify(inner).slice(0, -1)}`,
  ])("%s", (text) => {
    const line = parseKlogMessage(text);
    expect(line).toMatchObject({
      file: "eviction_manager.go",
      message: "Eviction manager: pod is evicted successfully",
    });
    expect(line?.fields.get("pod")).toBe("ns/a");
    expect(line?.own?.clock).toBe("klog");
  });
});

describe("structured values", () => {
  test("a foreign key first, quotes inside strings, structs", () => {
    const fields = parseFields(
      ' logger="DRA registration handler.startup" node="worker-1" err="node \\"x\\" not found" n=3 event={"Pid":1,"Name":"a b"}',
    );
    expect([...fields]).toEqual([
      ["logger", "DRA registration handler.startup"],
      ["node", "worker-1"],
      ["err", 'node "x" not found'],
      ["n", "3"],
      ["event", '{"Pid":1,"Name":"a b"}'],
    ]);
  });

  test("a value over several lines (1.25+), and the keys after it", () => {
    const line = parseKlogMessage(
      'E1124 01:16:10.106764     410 a.go:84] "Failed" err=<\n\tfirst\n\tsecond\n > pod="ns/a"',
    );
    expect([...(line?.fields ?? [])]).toEqual([
      ["err", "first\nsecond"],
      ["pod", "ns/a"],
    ]);
  });

  test("an apostrophe or a quote in a %+v struct does not swallow the next key", () => {
    const fields = parseFields(' event=&{Pid:1031 ProcessName:it"s TimeOfDeath:x} pod="ns/a"');
    expect(fields.get("event")).toBe('&{Pid:1031 ProcessName:it"s TimeOfDeath:x}');
    expect(fields.get("pod")).toBe("ns/a");
  });

  test("a line cut within a value keeps what came before", () => {
    expect([...parseFields(' pod="ns/a" err="timeout wai')]).toEqual([
      ["pod", "ns/a"],
      ["err", "timeout wai"],
    ]);
  });

  test("pods in every form of the lists", () => {
    const a = { namespace: "ns", name: "a", uid: null };
    const b = { namespace: "ns", name: "b-1.c", uid: null };
    expect(podListOf('["ns/a","ns/b-1.c"]')).toEqual([a, b]);
    expect(podListOf("[ns/a ns/b-1.c]")).toEqual([a, b]);
    expect(podListOf("a_ns(BD698243-bea0-4175-993c-00de365a9d19), b-1.c_ns(1e396843ff781cfa662c1e9f2423a988)")).toEqual(
      [
        { ...a, uid: "bd698243-bea0-4175-993c-00de365a9d19" },
        { ...b, uid: "1e396843ff781cfa662c1e9f2423a988" },
      ],
    );
    expect(podKeyOf("calico-node")).toEqual({ namespace: null, name: "calico-node", uid: null });
    expect(podKeyOf("Not/A pod")).toBeNull();
  });

  test("structs: JSON (1.29+), %+v (before), Go syntax (≤1.20)", () => {
    const want = { Pid: "1031", ProcessName: "mem hog", TimeOfDeath: "2021-03-02 10:00:00.5 +0000 UTC" };
    expect(
      Object.fromEntries(
        structFields('{"Pid":1031,"ProcessName":"mem hog","TimeOfDeath":"2021-03-02 10:00:00.5 +0000 UTC"}'),
      ),
    ).toEqual(want);
    expect(
      Object.fromEntries(structFields("&{Pid:1031 ProcessName:mem hog TimeOfDeath:2021-03-02 10:00:00.5 +0000 UTC}")),
    ).toEqual(want);
    expect(structFields('&pleg.PodLifecycleEvent{ID:"bd698243", Type:"ContainerDied", Data:"6287"}').get("Type")).toBe(
      "ContainerDied",
    );
  });

  test("Go's escapes", () => {
    expect(unquoteGo('a\\n\\"b\\" \\u00e9 \\x41 \\\\')).toBe('a\n"b" é A \\');
  });
});

describe("JSON logging", () => {
  const info =
    '{"ts":1795484322819.7625,"caller":"oom/oom_watcher_linux.go:84","msg":"Got sys oom event","v":1,"event":{"Pid":982}}';

  test("ts is epoch ms with a fraction; info has v, an error has none", () => {
    expect(parseKlogMessage(info)).toMatchObject({
      severity: "I",
      own: { clock: "realtime", ms: 1795484322819.7625, zoned: true },
      file: "oom_watcher_linux.go",
    });
    expect(parseKlogMessage('{"ts":1,"caller":"a/b.go:1","msg":"x","err":"y"}')?.severity).toBe("E");
  });

  test("objects and lists of them read as in text", () => {
    const line = parseKlogMessage(
      '{"ts":1,"caller":"e/e.go:1","msg":"m","v":0,"pod":{"name":"a","namespace":"ns"},"pods":[{"name":"a","namespace":"ns"}],"node":{"name":"w"}}',
    );
    expect(line?.fields.get("pod")).toBe("ns/a");
    expect(line?.fields.get("pods")).toBe('["ns/a"]');
    expect(line?.fields.get("node")).toBe("w");
  });

  test("ts in seconds, as the alpha of 1.19 printed it, and behind a collector's prefix (talosctl logs)", () => {
    expect(parseKlogMessage('{"ts":1580306777.04728,"v":4,"msg":"x\\n"}')).toMatchObject({
      own: { ms: 1_580_306_777_047.28 },
      message: "x",
    });
    expect(parseKlogMessage('172.20.0.2: {"ts":1795483982271.4038,"caller":"a/b.go:1","msg":"x","v":0}')).toMatchObject(
      {
        own: { ms: 1795483982271.4038 },
        file: "b.go",
      },
    );
  });

  test("another program's JSON is no klog", () => {
    expect(parseKlogMessage('{"level":"info","msg":"x","time":"now"}')).toBeNull();
    expect(parseKlogMessage('{"ts":1,"msg":')).toBeNull();
  });
});
