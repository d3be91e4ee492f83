// Counts tests for .ci/run: one line in the file that MEMFORENSICS_TEST_COUNTS names, as `passed failed skipped`.
// Without that variable it does nothing. A file that does not load, and an error outside any test, count as failed.
import { writeFileSync } from "node:fs";

export default class CiReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const target = process.env.MEMFORENSICS_TEST_COUNTS;
    if (!target) return;
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) counts[outcomeOf(test)]++;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    writeFileSync(target, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  }
}

/** A test that never ran is no test that passed. */
function outcomeOf(test) {
  const { state } = test.result();
  return state === "passed" || state === "skipped" ? state : "failed";
}
