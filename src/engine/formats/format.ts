/** @file What every model file format implements. One folder per format: detect, read, write. */
import type { Files } from '../support/files';
import type { Graph } from '../graph/graph';
import type { Tensor } from '../graph/tensor';

export type FormatId =
  | 'keras-h5'
  | 'keras-v3'
  | 'onnx'
  | 'pytorch'
  | 'safetensors'
  | 'saved-model'
  | 'tensorflow-graph'
  | 'tfjs-graph'
  | 'tfjs-layers'
  | 'tflite';

/** Something about the file itself that a careful user wants to know; nothing in a file is ever executed. */
export interface Finding {
  readonly severity: 'note' | 'warning';
  /** Layer or member it concerns, where there is one. */
  readonly place?: string;
  readonly message: string;
}

/** A file to be written, relative to the folder of the repaired model. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ReadOptions {
  /** Architecture for files that hold weights only: `model.json` of Keras, for those of PyTorch an ONNX file of the same network. */
  readonly architecture?: string;
}

/** A model as read from a file. */
export interface ModelFile {
  readonly format: FormatId;
  /** Path of the main file. */
  readonly path: string;
  /**
   * The forward computation, in evaluation mode. Its one image input is NCHW for Keras and tfjs files (the
   * reader transposes), and as the file has it for ONNX. Batch dimension `null` where the file leaves it open.
   */
  readonly graph: Graph;
  readonly findings: readonly Finding[];
  /** What the file says about itself in free texts, by their keys or the names of files in it; absent where the format has none. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Every file the model is made of, the main one first; hashed for reports and checkpoints. */
  readonly parts: readonly string[];
  /** The one of them that says what the network is, where the main file does not: what is written needs it, too. */
  readonly architecture?: string;
  /** Names of initializers of `graph` that stand in the file and can be written back (trainable or not). */
  readonly weights: ReadonlySet<string>;
  /**
   * The model with some weights replaced, as complete file contents named after `baseName` (the name of the new main
   * file). Keys are initializer names of `graph`, tensors have the graph's layout; only those weights' bytes
   * change. Throws {@link UnsupportedModelError} when the file's number type cannot hold a value.
   */
  write(weights: ReadonlyMap<string, Tensor>, baseName: string): Promise<readonly WrittenFile[]>;
}

export interface ModelFormat {
  readonly id: FormatId;
  /** For people, such as "Keras HDF5". */
  readonly label: string;
  /** Decides by content, never by name. `head` holds the first 4096 bytes at most of a file. */
  detect(files: Files, path: string, head: Uint8Array): Promise<boolean>;
  /** Throws {@link ModelFormatError} for damaged or hostile files, {@link UnsupportedModelError} for sound ones we cannot run. */
  read(files: Files, path: string, options: ReadOptions): Promise<ModelFile>;
}
