// What a script may add to the finished page: a crosshair with values, "[" and "]" between events, a copy button.
// Without it nothing is missing. It writes text only (textContent), never markup.
// @ts-check

/** @param {string} name @returns {SVGElement} */
const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);

/** @typedef {{ name: string, points: [number, number][] }} Line */

/** @param {string} d @returns {[number, number][][]} */
function runsOf(d) {
  return d
    .split("M")
    .filter((run) => run !== "")
    .map((run) =>
      run.split("L").map((pair) => /** @type {[number, number]} */ (pair.trim().split(/[ ,]+/).map(Number))),
    );
}

/** @param {[number, number][][]} runs @param {number} x @returns {number | null} */
function heightAt(runs, x) {
  for (const run of runs) {
    for (let i = 1; i < run.length; i++) {
      const a = run[i - 1];
      const b = run[i];
      if (a && b && a[0] <= x && x <= b[0])
        return b[0] === a[0] ? b[1] : a[1] + ((x - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
    }
  }
  return null;
}

/** @param {number} bytes */
function iec(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let n = bytes;
  let i = 0;
  while (Math.abs(n) >= 1023.5 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return `${n.toPrecision(3).includes("e") ? Math.round(n) : Number(n.toPrecision(3))} ${units[i]}`;
}

/** @param {Element} picture @param {SVGElement} hair @param {HTMLElement} readout @param {number} x */
function show(picture, hair, readout, x) {
  const axis = (picture.getAttribute("data-axis") ?? "").split(" ").map(Number);
  const [x1 = 0, x2 = 1, t1 = 0, t2 = 1] = axis;
  if (x < x1 || x > x2) return;
  const t = t1 + ((x - x1) / (x2 - x1)) * (t2 - t1);
  const boot = picture.getAttribute("data-clock") === "boot";
  const lines = [boot ? `${(t / 1000).toFixed(2)} s after boot` : `${new Date(t).toISOString().slice(11, 21)} UTC`];
  for (const plot of picture.querySelectorAll("[data-plot]")) {
    const [top = 0, bottom = 1, low = 0, high = 1] = (plot.getAttribute("data-plot") ?? "").split(" ").map(Number);
    for (const path of plot.querySelectorAll("path[data-name]")) {
      const y = heightAt(runsOf(path.getAttribute("d") ?? ""), x);
      if (y === null) continue;
      const value = low + ((bottom - y) / (bottom - top)) * (high - low);
      lines.push(
        `${path.getAttribute("data-name")}: ${plot.getAttribute("data-unit") === "bytes" ? iec(value) : `${Math.round(value)}/s`}`,
      );
    }
  }
  hair.setAttribute("d", `M${x} 0V${picture.getAttribute("viewBox")?.split(" ")[3] ?? 0}`);
  readout.textContent = lines.join("\n");
  readout.hidden = false;
}

function crosshair() {
  const readout = document.createElement("p");
  readout.className = "readout";
  readout.hidden = true;
  document.body.append(readout);
  const pictures = [...document.querySelectorAll("svg[data-axis]")];
  const hairs = pictures.map((picture) => {
    const hair = svg("path");
    hair.setAttribute("class", "hair");
    picture.append(hair);
    return hair;
  });
  pictures.forEach((picture) => {
    picture.addEventListener("pointermove", (event) => {
      if (!(event instanceof MouseEvent)) return;
      const box = picture.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * 1000;
      const axis = picture.getAttribute("data-axis");
      pictures.forEach((other, i) => {
        const hair = hairs[i];
        if (hair === undefined) return;
        if (other === picture) show(other, hair, readout, x);
        else
          hair.setAttribute(
            "d",
            other.getAttribute("data-axis") === axis
              ? `M${x} 0V${other.getAttribute("viewBox")?.split(" ")[3] ?? 0}`
              : "",
          );
      });
    });
    picture.addEventListener("pointerleave", () => {
      readout.hidden = true;
      for (const hair of hairs) hair.setAttribute("d", "");
    });
  });
}

function keys() {
  const marks = /** @type {SVGAElement[]} */ ([...document.querySelectorAll("a.mark")]);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.key !== "[" && event.key !== "]")) return;
    const at = marks.findIndex((mark) => mark === document.activeElement);
    const next = event.key === "]" ? at + 1 : at < 0 ? marks.length - 1 : at - 1;
    const mark = marks[(next + marks.length) % marks.length];
    mark?.focus();
    mark?.scrollIntoView({ block: "center", inline: "center" });
  });
}

function copying() {
  const source = document.getElementById("markdown");
  if (source === null) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy Markdown";
  button.addEventListener("click", () => {
    const text = source.textContent ?? "";
    const select = () => {
      source.closest("details")?.setAttribute("open", "");
      getSelection()?.selectAllChildren(source);
      button.textContent = "Selected: press Ctrl+C";
    };
    if (navigator.clipboard === undefined) select();
    else navigator.clipboard.writeText(text).then(() => (button.textContent = "Copied"), select);
  });
  source.closest("section")?.append(button);
}

/** A link into a folded part opens it. */
function unfold() {
  const target = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest("details");
  if (fold === null || fold === undefined || fold.open) return;
  fold.open = true;
  target?.scrollIntoView();
}

function printing() {
  /** @type {HTMLDetailsElement[]} */
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details")].filter((fold) => !fold.open);
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
  });
}

crosshair();
keys();
copying();
printing();
addEventListener("hashchange", unfold);
unfold();
