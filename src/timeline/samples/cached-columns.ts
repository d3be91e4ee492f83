// The store expands a column anew at every call, so that parsing a large bundle stays small in memory; the timeline and the rules
// walk the same few columns over and over. Here each column that is asked for is expanded once.
import type { SampledFile, Samples } from "../../model/samples.ts";

const cached = (file: SampledFile): SampledFile => {
  const columns = new Map<string, Float64Array | null>();
  return {
    path: file.path,
    length: file.length,
    tickOf: (reading) => file.tickOf(reading),
    modifiedOf: (reading) => file.modifiedOf(reading),
    column: (field) => {
      const known = columns.get(field);
      if (known !== undefined) return known;
      const column = file.column(field);
      columns.set(field, column);
      return column;
    },
    fields: () => file.fields(),
    ref: (reading, field) => file.ref(reading, field),
    readingAtOrBefore: (tick) => file.readingAtOrBefore(tick),
  };
};

export const withCachedColumns = (samples: Samples): Samples => ({
  ...samples,
  files: new Map([...samples.files].map(([path, file]) => [path, cached(file)])),
});
