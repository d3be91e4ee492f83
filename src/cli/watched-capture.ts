import type { Capture, CapturedFile } from "../model/capture.ts";
import type { Terminal } from "./terminal.ts";

const EVERY_MS = 100;

/** The same capture, with a line on the terminal that says how far the reading is. */
export const watched = (capture: Capture, shell: Terminal): Capture => {
  async function* files(): AsyncGenerator<CapturedFile> {
    let [count, last] = [0, 0];
    for await (const file of capture.files()) {
      count += 1;
      const now = performance.now();
      if (now - last > EVERY_MS) {
        last = now;
        shell.progress(`reading ${capture.name}: ${count} files, ${file.path}`);
      }
      yield file;
    }
    shell.progress(`reading ${capture.name}: ${count} files, now the timeline`);
  }
  return {
    name: capture.name,
    get layout() {
      return capture.layout;
    },
    files,
    problems: () => capture.problems(),
    summary: () => capture.summary(),
  };
};
