/** @file What a trigger does inside the model (paper, section V-C): plain and serialisable. */

/** One layer. Activations are means over images, over the top neurons and, in convolutions, over the places of the image. */
export interface LayerActivation {
  readonly name: string;
  readonly kind: 'convolution' | 'dense';
  readonly neurons: number;
  /** The 1 % of the neurons (at least one) that the reversed trigger excites most above clean images, largest gap first. */
  readonly top: readonly number[];
  /** Of the neurons in {@link top}. */
  readonly clean: number;
  readonly reversed: number;
  /** Where the attacker's own trigger is known: its effect on the same neurons, and on which neurons it works most. */
  readonly original?: { readonly activation: number; readonly top: readonly number[]; readonly overlap: number };
}

export interface Identification {
  readonly label: number;
  /** Images used: those that are not of the label. */
  readonly images: number;
  /** Share 0–1 of the images that the reversed trigger turns into the label. */
  readonly attackSuccess: number;
  /** In the order of evaluation, without the one that gives the logits; the last one is the paper's second-to-last layer. */
  readonly layers: readonly LayerActivation[];
}

/** The result of `identify`. */
export interface IdentifyReport {
  readonly version: 1;
  readonly tool: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly samples: { readonly source: string; readonly count: number; readonly preprocessing: string };
  readonly triggers: readonly Identification[];
  /** Why the figures may mean nothing, a plain sentence: model and samples do not fit. */
  readonly doubt?: string;
}
