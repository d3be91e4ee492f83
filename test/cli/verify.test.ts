import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Entry, put, scratch, tarOf } from "../collect/helpers.ts";
import { run } from "./run.ts";

const folder = scratch();
const manifest = { name: "manifest.json", content: "{}\n" };
const clock = { name: "clock.tsv", content: "1.00\t-\n" };
const seal = {
  name: "SHA256SUMS",
  content: [manifest, clock]
    .map(({ name, content }) => `${createHash("sha256").update(content).digest("hex")}  ${name}\n`)
    .join(""),
};

const verify = async (entries: readonly Entry[], cut = 0) => {
  const tgz = gzipSync(await tarOf(entries));
  return run(["verify", put(folder, "b.tgz", tgz.subarray(0, tgz.length - cut))]);
};

describe("verify", () => {
  it("says that a bundle fits its seal", async () => {
    expect(await verify([manifest, clock, seal])).toEqual({
      status: 0,
      out: "b.tgz fits its seal: 3 files, none altered, missing or added\n",
      err: "",
    });
  });

  it("names what does not", async () => {
    const { status, out } = await verify([{ ...manifest, content: "{ }\n" }, { name: "notes", content: "" }, seal]);
    expect(status).toBe(1);
    expect(out).toBe(
      "altered   manifest.json\nmissing   clock.tsv\nadded     notes\nb.tgz does not fit its seal: 1 altered, 1 missing, 1 added\n",
    );
  });

  it("does not pass what the seal does not name", async () => {
    expect(await verify([manifest, clock, { name: "api.json", content: "" }, seal])).toMatchObject({
      status: 1,
      out: "added     api.json\nb.tgz fits its seal, and holds 1 file that the seal does not name\n",
    });
  });

  it("says that a bundle is unsealed, and where it ends", async () => {
    const { status, out, err } = await verify([manifest, clock], 30);
    expect(status).toBe(1);
    expect(out).toMatch(/^b\.tgz is unsealed: it has no SHA256SUMS/);
    expect(err).toContain("warning[input-truncated]");
  });

  it("knows a bundle from another archive", async () => {
    const { status, out, err } = await verify([{ name: "dmesg", content: "x" }]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/b\.tgz is no bundle of collect\.sh\n/);
  });
});
