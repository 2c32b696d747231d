/** What each part of the demo needs: the bundled samples, and the one study that all parts write to. */
export interface DemoTask {
  /** The folder of the samples. */
  samples: string;
  /** The study's folder. */
  out: string;
  studyName: string;
  /** Prints a report. */
  print(text: string): void;
}
