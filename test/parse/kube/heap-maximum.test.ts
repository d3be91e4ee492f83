// The heap maximum that a pod's spec gives: only its number is taken, nothing else of arguments and environment.
import { describe, expect, it } from "vitest";
import { DocSource, itemsOf, get } from "../../../src/parse/kube/doc-tree.ts";
import { heapMaximumOf } from "../../../src/parse/kube/heap-maximum.ts";
import { parseYamlDocuments } from "../../../src/parse/kube/yaml-with-lines.ts";
import { podFactOf } from "../../../src/parse/kube/pod-object.ts";

const MIB = 1024 * 1024;
const container = (yaml: string) => heapMaximumOf(itemsOf(get(parseYamlDocuments(yaml).roots[0], "c"))[0]);
const ofArgs = (...args: readonly string[]) => container(`c:\n- name: a\n  args: ${JSON.stringify(args)}\n`);
const ofEnv = (name: string, value: string) =>
  container(`c:\n- name: a\n  env:\n  - name: ${name}\n    value: ${JSON.stringify(value)}\n`);

describe("the heap maximum of a container", () => {
  it.each([
    [["-server", "-Xmx512m", "-jar", "app.jar"], "-Xmx", 512 * MIB],
    [["-Xmx1G", "-Xmx768M"], "-Xmx", 768 * MIB],
    [["-XX:MaxHeapSize=536870912"], "-Xmx", 512 * MIB],
    [["sh", "-c", "exec java -Xms64m -Xmx384m -cp /app Main"], "-Xmx", 384 * MIB],
    [["--max-old-space-size=900", "server.js"], "--max-old-space-size", 900 * MIB],
    [["node", "--max_old_space_size", "900"], "--max-old-space-size", 900 * MIB],
  ] as const)("%j", (args, setting, bytes) => {
    expect(ofArgs(...args)).toMatchObject({ setting, bytes, percent: null });
  });

  it.each([
    ["JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -XX:MaxRAMPercentage=75.0", "-XX:MaxRAMPercentage", null, 75],
    ["NODE_OPTIONS", "--max-old-space-size=2048", "--max-old-space-size", 2048 * MIB, null],
    ["GOMEMLIMIT", "900MiB", "GOMEMLIMIT", 900 * MIB, null],
    ["GOMEMLIMIT", "1048576", "GOMEMLIMIT", MIB, null],
    ["DOTNET_GCHeapHardLimit", "0xC800000", "DOTNET_GCHeapHardLimit", 200 * MIB, null],
    ["DOTNET_GCHeapHardLimitPercent", "4B", "DOTNET_GCHeapHardLimitPercent", null, 75],
  ] as const)("%s=%s", (name, value, setting, bytes, percent) => {
    expect(ofEnv(name, value)).toMatchObject({ setting, bytes, percent });
  });

  it.each([["-Xmx"], ["-Xmx12q"], ["my-Xmx512m"], ["--max-old-space-size=big"], ["-Dname=-Xmx"]])(
    "nothing in %s",
    (arg) => expect(ofArgs(arg)).toBeNull(),
  );

  it("nothing in variables that are not the runtime's, nor in GOMEMLIMIT off", () => {
    expect(ofEnv("COMMAND", "-Xmx512m")).toBeNull();
    expect(ofEnv("GOMEMLIMIT", "off")).toBeNull();
  });

  it("keeps the number of it, and no word of arguments or environment", () => {
    const yaml = [
      "metadata: {name: api-0, namespace: pay, uid: 11111111-2222-3333-4444-555555555555}",
      "spec:",
      "  containers:",
      "  - name: api",
      "    args: [-Xmx512m, --password=hunter2]",
      "    env:",
      "    - {name: TOKEN, value: sesame}",
    ].join("\n");
    const [root] = parseYamlDocuments(yaml).roots;
    const fact = root === undefined ? null : podFactOf(new DocSource("pods.yaml", yaml), root);
    expect(fact?.containers[0]?.heap).toEqual({ runtime: "JVM", setting: "-Xmx", bytes: 512 * MIB, percent: null });
    expect(JSON.stringify(fact)).not.toMatch(/hunter2|sesame|password/);
  });

  it("is bounded on hostile text", () => {
    expect(ofArgs(`${"-Xmx".repeat(20_000)}9g`)).toBeNull();
  });
});
