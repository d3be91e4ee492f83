// Placeholder until the sample store lands; replaced wholesale.
export interface SampleSink {
  readonly placeholder: true;
}
