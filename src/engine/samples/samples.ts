/** @file What the engine knows of clean samples: raw pixels, labels, and how they were obtained. */
import type { Files } from '../support/files';
import type { CancelSignal } from '../support/cancellation';

export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** An image that could not be used, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Clean images at the model's size, as raw pixels 0…255, in drawn order (class-balanced from the first on). */
export interface Samples extends ImageShape {
  readonly path: string;
  /** For people, such as "MNIST idx, 10000 images, split test". */
  readonly source: string;
  /**
   * `[count, channels, height, width]`, values 0…255. 8-bit unless the source holds fractions of a level.
   * No preprocessing of the model is applied.
   */
  readonly images: Uint8Array | Float32Array;
  readonly count: number;
  /** Set where no one had images at hand and these were made up; labels, if any, are then what the model takes them for. */
  readonly generated?: true;
  /** Class index per image; absent where the source has none. */
  readonly labels?: Int32Array;
  /** By class index, where the source names its classes. */
  readonly classNames?: readonly string[];
  /** File name or place in the source, per image. */
  readonly names: readonly string[];
  /** Images in the source, of which `count` were drawn. */
  readonly available: number;
  readonly skipped: readonly Skipped[];
  /** The split that was read, and all the source offers; empty where it has no splits. */
  readonly split?: string;
  readonly splits: readonly string[];
  /** What was decided and converted, in plain sentences. */
  readonly notes: readonly string[];
}

/** One image as its source stores it. */
export interface DecodedImage extends ImageShape {
  readonly pixels: Uint8Array | Float32Array;
  /** Channel planes one after the other (CHW) instead of interleaved channels (HWC). */
  readonly planar: boolean;
}

/** Why one image cannot be read; the others still can. */
export interface Unreadable {
  readonly reason: string;
}

/** An opened source: everything about it is known except the pixels. */
export interface SampleSource {
  /** Kind and what is worth saying about it, without the count. */
  readonly description: string;
  readonly count: number;
  /** One per image. */
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly split?: string;
  readonly splits: readonly string[];
  readonly notes: readonly string[];
  /** What `read` gives: 8-bit pixels, or numbers in a range that is still to be found out. */
  readonly values: 'bytes' | 'numbers';
  name(index: number): string;
  /** The images at `indices` (ascending), in that order. Cheapest when successive calls ascend, too. */
  read(indices: readonly number[]): Promise<(DecodedImage | Unreadable)[]>;
  /** Frees what the source holds open; it cannot be read from afterwards. */
  close?(): void;
}

export interface OpenOptions {
  /** Size and channels of the model; settles ambiguous array layouts. */
  readonly shape: ImageShape;
  /** CSV or label array that belongs to the images. */
  readonly labelsFile?: string;
  /** Which part of a source with several: "test", "train", or the name of the array. */
  readonly split?: string;
  /** Names of the model's classes in the model's order; folders of these names get these indices. */
  readonly classNames?: readonly string[];
}

export interface ReadOptions extends Omit<OpenOptions, 'shape'> {
  /** Most samples to draw, default 2000. */
  readonly limit?: number;
  /** Seed of the draw, default 0. */
  readonly seed?: number;
  readonly signal?: CancelSignal;
  /** Called after every few images. */
  onProgress?(done: number, total: number): void;
}

export interface SamplesReader {
  /** For people, such as "MNIST idx". */
  readonly label: string;
  /** Whether {@link OpenOptions.labelsFile} is used. */
  readonly takesLabels: boolean;
  /** Decides by content. `head` holds the first 512 bytes of a file at most, nothing for a folder. */
  detect(files: Files, path: string, head: Uint8Array): Promise<boolean>;
  /** Throws {@link SamplesError}. */
  open(files: Files, path: string, options: OpenOptions): Promise<SampleSource>;
}

/** What computing needs of the samples. */
export type CleanImages = Pick<Samples, 'images' | 'count' | 'labels'>;

/** Labelled raw images `[count, C, H, W]`. */
export interface LabelledImages {
  readonly images: Samples['images'];
  readonly labels: Int32Array;
  readonly count: number;
}
