// The recipes of the thinned samples: which capture, and which ticks stay whole (epoch seconds).
export const SAMPLES = [
  {
    sample: "kernel-first.tgz",
    capture: "c1-both-6.12.tgz",
    // The last half minute before the first kill, and from the value that the late eviction acted on until that eviction.
    options: [
      ...["--keep", "1795482930/1795482962", "--keep", "1795483100/1795483158"],
      ...["--every", "2", "--heavy-every", "16", "--window-heavy", "2"],
    ],
  },
  {
    sample: "eviction-wins.tgz",
    capture: "b-eviction-wins-6.12.tgz",
    // From the crossing of the threshold until the pod is gone.
    options: ["--keep", "1795484690/1795484720", "--heavy-every", "5"],
  },
  {
    sample: "container-oom-loop.tgz",
    capture: "d1-container-oom-loop-6.12.tgz",
    // The two rounds of kills that the ticks cover; the third came after the last tick.
    options: ["--keep", "1795483098/1795483108", "--keep", "1795483134/1795483142", "--heavy-every", "5"],
  },
];
