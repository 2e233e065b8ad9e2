/** @file What can be said of a model file without samples: plain data for the model view. */
import type { ReportFinding } from '../report/scanReport';

/** A layer as the model view lists it. */
export interface LayerSummary {
  readonly name: string;
  /** ONNX operator. */
  readonly operator: string;
  /** Of its first output, batch dimension `null`; absent where it cannot be told. */
  readonly shape?: readonly (number | null)[];
  readonly parameters: number;
}

export interface ModelInspection {
  readonly file: string;
  /** For people, such as "Keras HDF5". */
  readonly format: string;
  /** Bytes over all parts. */
  readonly bytes: number;
  readonly sha256: string;
  /** These three are absent where the model is no image classifier; a finding says why. */
  readonly input?: { readonly channels: number; readonly height: number; readonly width: number };
  readonly classes?: number;
  readonly head?: string;
  /** Where a file of the model names them, in the model's order. */
  readonly classNames?: readonly string[];
  readonly parameters: number;
  readonly layers: readonly LayerSummary[];
  /** About the file itself: Lambda layers, external data, a misleading name; also why it cannot be scanned. */
  readonly findings: readonly ReportFinding[];
}
