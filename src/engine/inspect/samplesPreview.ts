/** @file What the user should see before a scan: the samples as decoded, and whether they fit the model. */

export interface PreviewImage {
  readonly name: string;
  /** `data:image/png;base64,…` */
  readonly image: string;
  /** Class index as labelled; absent for unlabelled samples. */
  readonly label?: number;
  readonly predicted: number;
}

export interface SamplesPreview {
  readonly source: string;
  readonly count: number;
  readonly available: number;
  readonly splits: readonly string[];
  readonly split?: string;
  readonly classNames?: readonly string[];
  readonly images: readonly PreviewImage[];
  /** Preprocessings tried, best first; accuracy 0–1 on labelled samples. */
  readonly candidates: readonly { readonly id: string; readonly label: string; readonly accuracy?: number }[];
  /** Id of the proposed one. */
  readonly chosen: string;
  readonly cleanAccuracy?: number;
  /** Why no verdict could be trusted, a plain sentence. */
  readonly doubt?: string;
  readonly notes: readonly string[];
}
