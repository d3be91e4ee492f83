// The kernel's records as the tools print them that people and bundles take them from. Written from the tools' formats.

export interface KernelRecord {
  /** The kernel's clock. */
  readonly micros: number;
  /** Lines of one record: the listing of memory has several. */
  readonly lines: readonly string[];
}

export type Form = (records: readonly KernelRecord[]) => string | Uint8Array;

const BOOT_MS = Date.UTC(2026, 10, 24, 1, 8, 24);
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

const wallMs = (micros: number): number => BOOT_MS + Math.floor(micros / 1000);
const fraction = (micros: number): string => String(micros % 1_000_000).padStart(6, "0");
const stamp = (micros: number): string => `${String(Math.floor(micros / 1e6)).padStart(5)}.${fraction(micros)}`;
const isoOf = (micros: number): string => new Date(wallMs(micros)).toISOString();
const day = (micros: number): string => isoOf(micros).slice(0, 10);
const clock = (micros: number): string => isoOf(micros).slice(11, 19);
const monthDay = (micros: number): string => {
  const date = new Date(wallMs(micros));
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
};
const weekday = (micros: number): string => DAYS[new Date(wallMs(micros)).getUTCDay()] ?? "";

type Prefix = (record: KernelRecord) => string;

const raw: Prefix = ({ micros }) => `[${stamp(micros)}] `;
const short: Prefix = ({ micros }) => `${monthDay(micros)} ${clock(micros)} worker-1 kernel: `;
const ctime: Prefix = ({ micros }) =>
  `[${weekday(micros)} ${monthDay(micros)} ${clock(micros)} ${day(micros).slice(0, 4)}] `;
const localised =
  (dayName: string, monthName: string): Prefix =>
  ({ micros }) =>
    `[${dayName} ${monthName} ${monthDay(micros).slice(4)} ${clock(micros)} 2026] `;
const iso =
  (zone: string, separator = "."): Prefix =>
  ({ micros }) =>
    `${day(micros)}T${clock(micros)}${separator === "" ? "" : separator + fraction(micros)}${zone}`;

const text = (records: readonly KernelRecord[], prefix: Prefix): string =>
  `${records.flatMap((record) => record.lines.map((line) => prefix(record) + line)).join("\n")}\n`;
const decorated =
  (prefix: Prefix): Form =>
  (records) =>
    text(records, prefix);
const mapped = (whole: string, change: (line: string, index: number) => string | readonly string[]): string =>
  `${whole.replace(/\n$/, "").split("\n").flatMap(change).join("\n")}\n`;
const changed =
  (prefix: Prefix, change: (line: string, index: number) => string | readonly string[]): Form =>
  (records) =>
    mapped(text(records, prefix), change);

/** As terminals do: at a column, in the middle of words. */
export const atColumn =
  (width: number) =>
  (line: string): readonly string[] =>
    line.match(new RegExp(`.{1,${width}}`, "g")) ?? [""];
/** As mail does: between words, the blank is gone; a longer word stays whole. */
export const betweenWords =
  (width: number) =>
  (line: string): readonly string[] => {
    const pieces: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const last = rest.lastIndexOf(" ", width);
      const at = last > 0 && rest.slice(0, last).trim() !== "" ? last : rest.indexOf(" ", width);
      if (at < 0) break;
      pieces.push(rest.slice(0, at));
      rest = rest.slice(at + 1);
    }
    return [...pieces, rest];
  };
/** Further pieces are set in; `taken` is what that takes of their width. */
export const setIn =
  (wrap: typeof atColumn, width: number, blanks: string, taken: number) =>
  (line: string): readonly string[] => {
    const [first = "", ...more] = wrap(width)(line);
    if (more.length === 0) return [first];
    const rest = line.slice(first.length + (wrap === betweenWords ? 1 : 0));
    return [first, ...wrap(width - taken)(rest).map((piece) => blanks + piece)];
  };

/** Bytes beyond ASCII, control characters and the backslash as /dev/kmsg has them. */
const escaped = (line: string): string =>
  line.replace(/[^\x20-\x7e]|\\/g, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  );
const kmsg =
  (before: string, fields: string, after: string): Form =>
  (records) =>
    records
      .map(
        ({ micros, lines }, i) => `${before}4,${500 + i},${micros},-${fields};${escaped(lines.join("\n"))}\n${after}`,
      )
      .join("");

const journal = ({ micros, lines }: KernelRecord): Record<string, string> => ({
  __CURSOR: "s=5dd4;i=d30",
  __REALTIME_TIMESTAMP: `${wallMs(micros) + 12}${String(micros % 1000).padStart(3, "0")}`,
  __MONOTONIC_TIMESTAMP: String(micros + 12_000),
  _BOOT_ID: "e200160902ad4e6cb1e8c041f88d16c4",
  _TRANSPORT: "kernel",
  SYSLOG_IDENTIFIER: "kernel",
  _SOURCE_MONOTONIC_TIMESTAMP: String(micros),
  _HOSTNAME: "worker-1",
  MESSAGE: lines.join("\n"),
});
const json =
  (print: (fields: Record<string, unknown>) => string, message: (text: string) => unknown = (it) => it): Form =>
  (records) =>
    records
      .map(journal)
      .map((fields) => print({ ...fields, MESSAGE: message(fields["MESSAGE"] ?? "") }))
      .join("\n");
const verbose: Form = (records) =>
  records
    .map((record) => {
      const head = `${weekday(record.micros)} ${day(record.micros)} ${clock(record.micros)}.${fraction(record.micros)} UTC [s=5dd4;i=d30]\n`;
      const fields = Object.entries(journal(record)).filter(([name]) => !name.startsWith("__"));
      return (
        head + fields.map(([name, value]) => `    ${name}=${value.replaceAll("\n", `\n${" ".repeat(12)}`)}\n`).join("")
      );
    })
    .join("");
const exported: Form = (records) =>
  Buffer.concat(
    records.flatMap((record) => [
      ...Object.entries(journal(record)).map(([name, value]) => {
        if (name !== "MESSAGE") return Buffer.from(`${name}=${value}\n`);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)));
        return Buffer.concat([Buffer.from(`${name}\n`), length, Buffer.from(`${value}\n`)]);
      }),
      Buffer.from("\n"),
    ]),
  );
const dmesgJson: Form = (records) =>
  `{\n   "dmesg": [\n${records
    .map(
      ({ micros, lines }) =>
        `{\n         "pri": 4,\n         "time": ${stamp(micros)},\n         "msg": ${JSON.stringify(lines.join("\n"))}\n      `,
    )
    .map((body) => `      ${body}}`)
    .join(",")
    .replaceAll("},      {", "},{")}\n   ]\n}\n`;

const html = (line: string): string => line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const foreign = [
  "usb 1-1: new high-speed USB device number 4 using xhci_hcd",
  "cni0: port 3(veth1a2b) entered blocking state",
];
const interleaved = (records: readonly KernelRecord[]): KernelRecord[] =>
  records.flatMap((record, i) => [record, { micros: record.micros + 1, lines: [foreign[i % 2] ?? ""] }]);

/** dmesg's, as it stands. */
export const PLAIN = decorated(raw);

/** By what a person would call them. All of them tell the same as the plain one. */
export const FORMS: Readonly<Record<string, Form>> = {
  "no decoration": decorated(() => ""),
  level: decorated((r) => `<4>${raw(r)}`),
  "a console's caller": decorated(({ micros }) => `[${stamp(micros)}][ T1234] `),
  "an interrupt's caller": decorated(({ micros }) => `[${stamp(micros)}][    C0] `),
  "dmesg's caller": decorated(({ micros }) => `[${stamp(micros)}] [ T1234] `),
  "dmesg -T": decorated(ctime),
  "dmesg -T with caller": decorated((r) => `${ctime(r)}[ T1234] `),
  "dmesg -T, German": decorated(localised("Di", "Mär")),
  "dmesg -T, French": decorated(localised("mar.", "nov.")),
  "dmesg -T, Chinese": decorated(localised("二", "11月")),
  "dmesg -T, Japanese": decorated(localised("月", " 1月")),
  "dmesg -T, Korean": decorated(localised("화", "11월")),
  "dmesg -T, Vietnamese": decorated(localised("T3", "Thg 11")),
  "dmesg -T, Russian": decorated(localised("Вт", "ноя")),
  "dmesg -T, Arabic": decorated(localised("ث", "نوف")),
  "dmesg --time-format iso": decorated((r) => `${iso("+00:00", ",")(r)} `),
  "dmesg --time-format iso with caller": decorated((r) => `${iso("-07:00", ",")(r)} [ T1234] `),
  "dmesg -x": decorated((r) => `kern  :warn  : ${raw(r)}`),
  "dmesg -x -T": decorated((r) => `kern  :warn  : ${ctime(r)}`),
  "dmesg -x -t": decorated(() => "kern  :warn  : "),
  "dmesg -d": decorated(({ micros }) => `[${stamp(micros)} <    0.000012>] `),
  "dmesg --json": dmesgJson,
  kmsg: kmsg("", "", ""),
  "kmsg with caller": kmsg("", ",caller=T1234", ""),
  "kmsg with a dictionary": kmsg("", "", " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:03.0\n"),
  "netconsole with release": kmsg("6.12.0,", "", ""),
  "RFC 3164": decorated(short),
  "RFC 3164 with the kernel's stamp": decorated((r) => short(r) + raw(r)),
  "RFC 3164 with priority": decorated((r) => `<4>${short(r)}`),
  "RFC 3164 with a year": decorated((r) => short(r).replace(/^(\w{3} \d\d) /, "$1 2026 ")),
  "RFC 3164, #012": (records) =>
    `${records.map((record) => short(record) + raw(record) + record.lines.join("#012")).join("\n")}\n`,
  "no decoration, #012": (records) => `${records.map(({ lines }) => lines.join("#012")).join("\n")}\n`,
  "RFC 5424": decorated((r) => `<4>1 ${iso("Z")(r)} worker-1 kernel - - - ${raw(r)}`),
  "RFC 5424 with structured data": decorated(
    (r) => `<4>1 ${iso("+02:00")(r)} worker-1 kernel - - [meta sequenceId="12"] \ufeff${raw(r)}`,
  ),
  "ISO of rsyslog": decorated((r) => `${iso("+00:00")(r)} worker-1 kernel: ${raw(r)}`),
  "journal short-precise": decorated(
    (r) => `${monthDay(r.micros)} ${clock(r.micros)}.${fraction(r.micros)} worker-1 kernel: `,
  ),
  "journal short-iso": decorated((r) => `${iso("+0200", "")(r)} worker-1 kernel: `),
  "journal short-iso of systemd 255": decorated((r) => `${iso("+02:00", "")(r)} worker-1 kernel: `),
  "journal short-monotonic": decorated(({ micros }) => `[${stamp(micros)}] worker-1 kernel: `),
  "journal short-unix": decorated(
    ({ micros }) => `${Math.floor(wallMs(micros) / 1000)}.${fraction(micros)} worker-1 kernel: `,
  ),
  "journal short-full": decorated(
    (r) => `${weekday(r.micros)} ${day(r.micros)} ${clock(r.micros)} CEST worker-1 kernel: `,
  ),
  "journal verbose": verbose,
  "journal json": json((fields) => JSON.stringify(fields)),
  "journal json, bytes": json(
    (fields) => JSON.stringify(fields),
    (message) => [...new TextEncoder().encode(message)],
  ),
  "journal json-pretty": json((fields) => JSON.stringify(fields, null, "\t")),
  "journal json-seq": json((fields) => `\u001e${JSON.stringify(fields)}`),
  "journal json-sse": json((fields) => `data: ${JSON.stringify(fields)}\n`),
  "journal json in a list": (records) => `[${records.map((record) => JSON.stringify(journal(record))).join(",\n")}]\n`,
  "journal export": exported,
  "quoted mail": changed(raw, (line) => `> ${line}`),
  "quoted twice": changed(raw, (line) => `> > ${line}`),
  "mail, 72 columns": changed(raw, (line) => betweenWords(72)(line).map((piece) => `> ${piece}`)),
  "mail of dmesg -T, 72 columns": changed(ctime, betweenWords(72)),
  "mail of a syslog, 76 columns": changed((r) => short(r) + raw(r), betweenWords(76)),
  "mail of levels, 72 columns": changed((r) => `<4>${raw(r)}`, betweenWords(72)),
  "terminal, 80 columns": changed(raw, atColumn(80)),
  "terminal, 132 columns": changed(raw, atColumn(132)),
  "terminal of a syslog, 80 columns": changed(short, atColumn(80)),
  Windows: (records) => text(records, raw).replaceAll("\n", "\r\n"),
  "serial line ends": (records) => text(records, raw).replaceAll("\n", "\r\r\n"),
  "UTF-16": (records) => Buffer.from(`\ufeff${text(records, raw)}`, "utf16le"),
  "UTF-16 without its mark": (records) => Buffer.from(text(records, raw), "utf16le"),
  "a fence": (records) => `What is this?\n\n\`\`\`\n${text(records, raw)}\`\`\`\n`,
  indented: changed(raw, (line) => `    ${line}`),
  "a page's entities": (records) => `<pre>\n${html(text(records, (r) => `<4>${raw(r)}`))}</pre>\n`,
  "a page's lines": changed(raw, (line) => `${html(line).replaceAll("  ", "&nbsp; ")}<br>`),
  "markdown's escapes": changed(raw, (line) => line.replace(/[_*[\]<>]/g, String.raw`\$&`)),
  colours: changed(raw, (line) => `\u001b[32m${line.slice(0, 15)}\u001b[0m\u001b[33m${line.slice(15)}\u001b[0m`),
  "colours without their escapes": changed(raw, (line) => `[32m${line.slice(0, 15)}[0m${line.slice(15)}`),
  "line numbers": changed(short, (line, i) => `${String(i + 1).padStart(6)}\t${line}`),
  "line numbers, no decoration": changed(
    () => "",
    (line, i) => `${String(i + 1).padStart(6)}\t${line}`,
  ),
  "mail, 72 columns, then numbered": (records) =>
    mapped(mapped(text(records, raw), betweenWords(72)), (line, i) => `${i + 1}\t${line}`),
  "grep -n": changed(raw, (line, i) => `/var/log/kern.log.1:${i + 1}:${line}`),
  "grep -n, no decoration": changed(
    () => "",
    (line, i) => `${i + 1}:${line}`,
  ),
  docker: changed(raw, (line) =>
    JSON.stringify({ log: `${line}\n`, stream: "stdout", time: "2026-11-24T01:18:22.7Z" }),
  ),
  "Google Cloud Logging": changed(
    () => "",
    (line) =>
      JSON.stringify({
        insertId: "abc",
        jsonPayload: { MESSAGE: line, _HOSTNAME: "worker-1", SYSLOG_IDENTIFIER: "kernel", _TRANSPORT: "kernel" },
        timestamp: "2026-11-24T01:18:22.776961Z",
      }),
  ),
  "a shipper's message": changed(raw, (line) =>
    JSON.stringify({ "@timestamp": "2026-11-24T01:18:22.776Z", message: line }),
  ),
  "fluent-bit's kmsg": (records) =>
    records
      .map(({ micros, lines }) =>
        JSON.stringify({ priority: 4, sec: Math.floor(micros / 1e6), usec: micros % 1e6, msg: lines.join("\n") }),
      )
      .join("\n"),
  CRI: decorated((r) => `${iso("123Z")(r)} stdout F ${raw(r)}`),
  "kubectl logs --timestamps": decorated((r) => `${iso("123Z")(r)} ${raw(r)}`),
  "kubectl logs --timestamps, no decoration": decorated((r) => `${iso("123Z")(r)} `),
  "kubectl logs --prefix, no decoration": decorated(() => "[pod/dmesg-7x/app] "),
  compose: decorated((r) => `dmesg-1  | ${raw(r)}`),
  "Jenkins, no decoration": decorated((r) => `[${iso("Z")(r)}] `),
  ts: decorated((r) => `${monthDay(r.micros)} ${clock(r.micros)} ${raw(r)}`),
  "a serial logger": decorated((r) => `[${day(r.micros)} ${clock(r.micros)}] ${raw(r)}`),
  VMware: decorated((r) => `${iso("Z")(r)} In(05) vcpu-5 - Guest: <4>${raw(r)}`),
  Talos: decorated((r) => `10.5.0.2: kern: warning: [${iso("123Z")(r)}]: `),
  "another CPU's lines in between": (records) => text(interleaved(records), raw),
  "another CPU's lines in a syslog": (records) => text(interleaved(records), short),
  "an abridged log": changed(raw, (line, i) => (i % 9 === 8 ? [line, "..."] : [line])),
  "a blank line after each": (records) => text(records, raw).replaceAll("\n", "\n\n"),
  "newest first": (records) => text(records.toReversed(), raw),
  "newest first, all of one second": (records) => text(records.toReversed(), short),
  "kern.log and messages in one": (records) =>
    records.map((it) => text([it], short) + text([it], (r) => short(r) + raw(r))).join(""),
};
