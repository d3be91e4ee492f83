// Writes docs/support-matrix.md: which kernel and which kubelet, printed in which form, a test of ours reads. It holds what
// the fixtures say and nothing that they do not.
//   node scripts/support-matrix.mjs           writes it
//   node scripts/support-matrix.mjs --check   fails where it is not what the fixtures give
import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = "docs/support-matrix.md";
const NONE = "–";

const byVersion = new Intl.Collator("en", { numeric: true });
const unique = (values) => [...new Set(values)].toSorted(byVersion.compare);
const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, found = ""]) => found);
const cell = (values) => (values.length === 0 ? NONE : values.join(", ").replaceAll("|", "\\|"));

const table = (header, rows) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** By the columns from the left, versions by their numbers. */
const sorted = (rows) => rows.toSorted((a, b) => byVersion.compare(a.join("\t"), b.join("\t")));

async function filesOf(folder) {
  const names = (await readdir(join(root, folder))).toSorted();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(root, folder, name), "utf8") })));
}

async function kernelRows() {
  const files = await filesOf("test/fixtures/kernel");
  return files.map(({ name, text }) => {
    const end = text.indexOf("\n\n");
    const [head, log] = [text.slice(0, end), text.slice(end)];
    // "CPU: 0 PID: 1150 Comm: grep Not tainted 6.12.117+deb13-cloud-amd64 #1", dump_stack_print_info(), lib/dump_stack.c
    const printed = matches(log, /(?:Not tainted|Linux version) (\d[\w.+-]{1,64})/g);
    const counted = (word) => String(matches(head, new RegExp(`^(${word}): `, "gm")).length);
    return [
      cell(unique([...matches(head, /\brelease=(\S+)/g), ...printed])),
      cell(matches(head, /^FORMAT: (\S+)/gm)),
      cell(unique(matches(head, /^EVENT: scope=(\S+)/gm))),
      counted("EVENT"),
      counted("KILL"),
      `\`${name}\``,
      cell(matches(head, /^# (.+)/gm).slice(0, 1)),
    ];
  });
}

/** What a file of a node is, by its name: the recorded names say how each was printed. */
const KUBELET_FORMS = [
  [/kubelet-json-logging\.journal\.json$/, "JSON logging, journal JSON"],
  [/kubelet-json-logging\.log$/, "JSON logging, journal short-iso-precise"],
  [/kubelet\.journal\.json$/, "klog, journal JSON"],
  [/kubelet\.cat\.log$/, "klog, bare"],
  [/kubelet\.short-iso-precise\.log$/, "klog, journal short-iso-precise"],
  [/kubelet\.short\.log$/, "klog, journal short (RFC 3164)"],
  [/system\.short-iso-precise\.log$/, "systemd beside it, journal short-iso-precise"],
  [/kubelet-config\.yaml$/, "configuration, YAML"],
  [/kubelet-configz\.json$/, "configuration, /configz"],
  [/kubelet-pods\.json$/, "the kubelet's own /pods"],
  [/events\.json$/, "events of the API, JSON"],
  [/nodes\.json$/, "nodes of the API, JSON"],
  [/pods\.json$/, "pods of the API, JSON"],
  [/ls-var-log-(?:containers|pods)$/, "listing of log folders"],
];

const VERSION = /kubeletVersion"?[=:] ?"(v\d[\w.+-]{1,32})"/gi;

async function kubeletRows() {
  const files = await filesOf("test/fixtures/kubelet");
  const node = ({ name }) => name.split(".")[0] ?? name;
  return files.map((file) => {
    // A case written by hand: its head says whose words it has, what it was read as, and what it holds.
    if (file.name.endsWith(".txt")) {
      const head = file.text.slice(0, file.text.indexOf("\n\n"));
      const [holds, version] = matches(head, /^# (.+)/gm);
      return [
        cell([(version ?? "").replace(/^kubelet: /, "")]),
        cell(matches(head, /^FORMAT: (\S+)/gm)),
        `\`${file.name}\``,
        cell([holds ?? NONE]),
      ];
    }
    const form = KUBELET_FORMS.find(([pattern]) => pattern.test(file.name))?.[1];
    if (form === undefined)
      throw new Error(`${file.name}: KUBELET_FORMS in scripts/support-matrix.mjs has no form for it`);
    // A file that names no version is of the kubelet that the files beside it, from the same node, name.
    const beside = files.filter((other) => node(other) === node(file)).map(({ text }) => text);
    return [cell(unique(matches(beside.join("\n"), VERSION))), form, `\`${file.name}\``, "recorded"];
  });
}

/** All of an archive but its ticks. */
async function textsOf(archive) {
  const texts = new Map();
  const tar = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of tar) {
    const path = entry.header.name.split("/").slice(1).join("/");
    const chunks = [];
    for await (const chunk of entry) if (!path.startsWith("ticks/")) chunks.push(chunk);
    if (chunks.length > 0) texts.set(path, Buffer.concat(chunks).toString("utf8"));
  }
  return texts;
}

const SAMPLE_LOG = /^(?:journal-kernel|journal-kubelet|journal-systemd|journal-containerd|kmsg|logs\/)/;

async function sampleRows() {
  const folder = join(root, "samples");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tgz")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const texts = await textsOf(join(folder, name));
      // "Linux worker-1 6.12.117+deb13-cloud-amd64 #1 SMP …", uname -a; the collector's manifest.json has "kernel"
      const kernels = [
        ...matches(texts.get("uname") ?? "", /^Linux \S+ (\d[\w.+-]{1,64})/gm),
        ...matches(texts.get("manifest.json") ?? "", /"kernel": "([^"]{1,64})"/g),
      ];
      const logs = [...texts.keys()].filter((path) => SAMPLE_LOG.test(path)).map((path) => basename(path));
      return [
        cell(unique(kernels)),
        cell(unique(matches([...texts.values()].join("\n"), VERSION))),
        texts.has("manifest.json") ? "bundle, format 1" : "capture folder",
        cell(unique(logs.map((log) => log.replace(/\.gz$/, "")))),
        `\`${name}\``,
      ];
    }),
  );
}

async function document() {
  const kernel = sorted(await kernelRows());
  const kubelet = sorted(await kubeletRows());
  const releases = unique(kernel.flatMap(([release = ""]) => release.split(", "))).filter((it) => it !== NONE);
  const forms = unique(kernel.map(([, form = ""]) => form)).filter((it) => it !== NONE);
  return `<!-- Written by scripts/support-matrix.mjs from the fixtures; edit those and run "npm run generate". -->
# What is read, by fixture

A row is a file that a test reads with exact expected facts. Nothing branches on a version, so a kernel or a kubelet without a row
is read by its fields like any other; a row says that it was tried. ${NONE} means that the file does not say.
Fixtures whose name begins with \`capture-\` are excerpts of machines of our own; the others were written by hand from the formats.

## Kernel log: ${kernel.length} fixtures, ${releases.length} kernels, ${forms.length} forms

Kernel and form are what the file itself says and what it was recognised as. Reports and kills are counted as the expected facts have them.

${table(["Kernel", "Form", "Scope", "Reports", "Kills", "Fixture in test/fixtures/kernel", "What it holds"], kernel)}

## Kubelet and what stands beside it: ${kubelet.length} fixtures

Those of a recorded node are files as it gave them. The cases (.txt) are written by hand with the words of the release that they name,
and have their expected facts above; more words of every release are held line by line in test/parse/kubelet and test/parse/kube.

${table(["Kubelet", "Form", "Fixture in test/fixtures/kubelet", "What it holds"], kubelet)}

## Samples: whole incidents

${table(["Kernel", "Kubelet", "Layout", "Logs", "Sample"], sorted(await sampleRows()))}
`;
}

const text = await document();
const path = join(root, target);
const before = await readFile(path, "utf8").catch(() => null);
if (before !== text) {
  if (process.argv.includes("--check")) {
    console.error(`${target} is not what the fixtures give: run node scripts/support-matrix.mjs`);
    process.exitCode = 1;
  } else {
    await writeFile(path, text);
    console.log(`wrote ${target} (${text.length} characters)`);
  }
}
