// Logs within mail as it is stored: the same facts as those of the log itself.
import { describe, expect, it } from "vitest";
import { cases as kubeletCases, describeCase, readCase } from "../kubelet/cases.ts";
import { cases } from "../kernel/cases.ts";
import { describeFacts, killsOf, readBytes, readText } from "../kernel/read-log.ts";
import { showsQuotedPrintable } from "../../../src/parse/log/mail.ts";

const encoder = new TextEncoder();

/** A mail within a mail is not looked for. */
const kernelCases = cases.filter(({ name }) => !name.startsWith("mail-source"));

const WIDTH = 76;
const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** RFC 2045, 6.7. */
const quotedPrintable = (bytes: Uint8Array): string =>
  lines(bytes)
    .map((line) => {
      const printed: string[] = [];
      for (const [i, byte] of line.entries()) {
        const blankAtEnd = (byte === 0x20 || byte === 0x09) && i === line.length - 1;
        const plain = (byte >= 0x20 && byte < 0x7f && byte !== 0x3d) || byte === 0x09;
        printed.push(plain && !blankAtEnd ? String.fromCharCode(byte) : hex(byte));
      }
      let text = "";
      let column = 0;
      for (const [i, piece] of printed.entries()) {
        const room = WIDTH - (i === printed.length - 1 ? 0 : 1);
        if (column + piece.length > room) {
          text += "=\n";
          column = 0;
        }
        text += piece;
        column += piece.length;
      }
      return text;
    })
    .join("\n");

function lines(bytes: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  let from = 0;
  for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
    all.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return [...all, bytes.subarray(from)];
}

const base64 = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\n");

const mail = (encoding: string, body: string): Uint8Array =>
  encoder.encode(
    `${[
      "From: operator <operator@example.org>",
      "Subject: node out of memory",
      "MIME-Version: 1.0",
      'Content-Type: multipart/mixed; boundary="0000000000008f2c3a05e0d1c2b4"',
      "",
      "--0000000000008f2c3a05e0d1c2b4",
      'Content-Type: text/plain; charset="UTF-8"',
      `Content-Transfer-Encoding: ${encoding}`,
      "",
      body,
      "",
      "--0000000000008f2c3a05e0d1c2b4--",
    ].join("\n")}\n`,
  );

/** Lines have other numbers. */
const unnumbered = (facts: readonly string[]): string[] =>
  facts.map((fact) => fact.replace(/ line=\d+|(?<=^PROBLEM: \S+) \d+$/, ""));
const kernelFacts = async (bytes: Uint8Array, chunkSize?: number): Promise<string[]> =>
  unnumbered(describeFacts(await readBytes(bytes, "mail.txt", chunkSize)));
const kubeletFacts = async (bytes: Uint8Array): Promise<string[]> =>
  unnumbered(describeCase(await readCase(bytes, "mail.txt")));

describe.each([
  ["quoted-printable", quotedPrintable],
  ["base64", base64],
] as const)("a part in %s", (encoding, encode) => {
  it.each(kernelCases)("$name reads as it does by itself", async ({ log }) => {
    const bytes = mail(encoding, encode(log));
    expect(await kernelFacts(bytes)).toEqual(await kernelFacts(log));
    expect(await kernelFacts(bytes, 7)).toEqual(await kernelFacts(log));
  });

  it.each(kubeletCases)("$name reads as it does by itself", async ({ log }) => {
    expect(await kubeletFacts(mail(encoding, encode(log)))).toEqual(await kubeletFacts(log));
  });
});

describe("the source of a mail without its header", () => {
  const shown = [...kernelCases, ...kubeletCases].filter(({ log }) =>
    showsQuotedPrintable(encoder.encode(quotedPrintable(log)).subarray(0, 4096)),
  );

  it("is known by the equals signs of kernel and kubelet", () => {
    expect(shown.length).toBeGreaterThan(50);
    expect(shown.map(({ name }) => name)).toContain("1.36-contextual-pod-level.txt");
  });

  it.each(shown)("$name reads as it does by itself", async ({ log }) => {
    const source = quotedPrintable(log);
    expect(await kernelFacts(encoder.encode(source))).toEqual(await kernelFacts(log));
    expect(await kubeletFacts(encoder.encode(source))).toEqual(await kubeletFacts(log));
  });
});

describe("mail", () => {
  const kill =
    "[  535.386823] Out of memory: Killed process 1031 (memhog) total-vm:2288616kB, anon-rss:2285880kB, file-rss:4kB, shmem-rss:0kB, UID:0 pgtables:4516kB oom_score_adj:915";

  it("a part's encoding ends with the part, the mail or the next header", async () => {
    const broken = kill.replace("total-vm", "=\ntotal-vm");
    const header = "Content-Transfer-Encoding: quoted-printable\n\n";
    for (const end of [
      "--0000000000008f2c3a05e0d1c2b4",
      "From a@example.org Tue Nov 24 01:18:22 2026",
      "Content-Transfer-Encoding: 8bit",
    ]) {
      const { facts } = await readText(`${header}${broken}\n${end}\n\n${kill.replace("memhog", "=41")}\n`);
      expect(killsOf(facts).map(({ comm, totalVmBytes, from }) => [comm, totalVmBytes, from.line])).toEqual([
        ["memhog", 2_288_616 * 1024, 3],
        ["=41", 2_288_616 * 1024, 7],
      ]);
    }
  });

  it("what was quoted before it was decoded is joined without its marks", async () => {
    const { facts } = await readText(
      "> > [  535.386823] oom-kill:constraint=3DCONSTRAINT_NONE,nodemask=3D(null),cpuset=3D/,=\n" +
        "> > mems_allowed=3D0,global_oom,task_memcg=3D/,task=3Dmem=20hog,pid=3D10=\n> > 31,uid=3D0=20\n",
    );
    expect(killsOf(facts)).toMatchObject([{ pid: 1031, comm: "mem hog", uid: 0, from: { line: 1, endLine: 3 } }]);
  });

  it("a line that is no quoted-printable stays as it is among those that are", async () => {
    const { facts } = await readText(
      `Content-Transfer-Encoding: quoted-printable\n\n${kill.replace("(memhog)", "(=41=zz=)")}\n`,
    );
    expect(killsOf(facts)).toMatchObject([{ comm: "=41=zz=" }]);
  });

  it("letters of another character set are letters", async () => {
    const { facts } = await readText(
      `Content-Transfer-Encoding: quoted-printable\n\n${kill.replace("memhog", "Gr=F6=DFe")}\n${kill.replace("1031", "7").replace("memhog", "Gr=C3=B6=C3=9Fe")}\n`,
    );
    expect(killsOf(facts).map(({ comm }) => comm)).toEqual(["Größe", "Größe"]);
  });

  it("what goes on for megabytes without a line end is parted, and the text behind it is read", async () => {
    const long = encoder.encode("A".repeat(6_000_000));
    const soft = `${"A".repeat(70)}=\n`.repeat(86_000);
    for (const [encoding, body] of [
      ["base64", `${base64(long)}\n`],
      ["quoted-printable", soft],
    ]) {
      const head = `Content-Transfer-Encoding: ${encoding}\n\n${body}\n--0000000000008f2c3a05e0d1c2b4\n`;
      const { facts } = await readText(`${head}Content-Transfer-Encoding: 7bit\n\n${kill}\n`);
      expect(killsOf(facts)).toMatchObject([{ pid: 1031, from: { line: head.split("\n").length + 2 } }]);
    }
  });

  it("a picture in base64 is no text, and the text behind it is read", async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7) % 256);
    const picture = base64(Uint8Array.from([...bytes, ...encoder.encode(`\n${kill.replace("1031", "1032")}\n`)]));
    const { facts, problems } = await readText(
      `Content-Transfer-Encoding: base64\n\n${picture}\n\n--0000000000008f2c3a05e0d1c2b4\nContent-Transfer-Encoding: 7bit\n\n${kill}\n`,
    );
    expect(killsOf(facts)).toMatchObject([{ pid: 1031 }]);
    expect([facts.kernel.length, problems]).toEqual([1, []]);
  });

  it.each(["> > > ", ">>> ", "> >> | ", ">>>>>>"])(
    "quoted several times, as %s, a report reads the same",
    async (mark) => {
      for (const { name, log } of kernelCases.filter((one) =>
        /^(?:capture-excerpt-dmesg|capture-global)/.test(one.name),
      )) {
        if (name.includes("json")) continue;
        const quoted = new TextDecoder().decode(log).trimEnd().replace(/^/gm, mark);
        expect(await kernelFacts(encoder.encode(quoted))).toEqual(await kernelFacts(log));
      }
    },
  );
});
