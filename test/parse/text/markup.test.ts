import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { withoutMarkup } from "../../../src/parse/text/markup.ts";

test.each([
  ["&quot;a&quot; b=&#34;c&#34; &lt;d&gt; &amp;lt; &#x27;e&apos;", `"a" b="c" <d> &lt; 'e'`],
  ['<pre><code class="language-console">Oct 12 19:00:20 node kernel: x', "Oct 12 19:00:20 node kernel: x"],
  ["<html><body><p>Hi,</p><pre>&gt; Oct 12 19:00:20 node kernel: x", "> Oct 12 19:00:20 node kernel: x"],
  ["pods=[kube-system/calico]</code></pre>", "pods=[kube-system/calico]"],
  ["a<br>", "a"],
  ["<4>[  598.593873] x", "<4>[  598.593873] x"],
  ["<ninfo>: OOM received", "<ninfo>: OOM received"],
  ['a=<\n b="&unknown; &#1;"', 'a=<\n b="&unknown; &#1;"'],
  ["Node <DEDUCTED>.internal status is now: x", "Node <DEDUCTED>.internal status is now: x"],
])("%s", (text, want) => {
  expect(withoutMarkup(text)).toBe(want);
});

test("a line that a page escaped reads as it was", () => {
  const escaped = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  assert(
    property(string({ unit: "grapheme-ascii", maxLength: 200 }), (text) => withoutMarkup(escaped(text)) === text),
    { numRuns: 500 },
  );
  expect(withoutMarkup("&lt;pre&gt;")).toBe("<pre>");
});

test("a mebibyte of what almost is markup stays", () => {
  for (const unit of ["<pre>", "&#", "&", "<", "<br "]) {
    const text = unit.repeat(1_048_576 / unit.length);
    expect(withoutMarkup(text).length).toBeGreaterThan(text.length - 500);
  }
});
