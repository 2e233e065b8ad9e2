/** @file Calls in source code that load a model by a path written there. Plain text search: no parser, no import is followed. */

export interface ModelReference {
  /** The path as the code has it, escapes undone. */
  readonly path: string;
  /** Offsets of the text between the quotes. */
  readonly start: number;
  readonly end: number;
}

/** Longer files are generated rather than written. */
const MOST_CHARACTERS = 1_000_000;

/** Each is looked for on the disk. */
const MOST_REFERENCES = 200;

/** Functions that load a network, by the last part of their names, as far as these are not used for everything else. */
const LOADERS = [
  // Keras, also keras.saving and tf.keras.models
  'load_model',
  'load_weights',
  // ONNX Runtime in Python and in JavaScript
  'InferenceSession',
  'InferenceSession\\.create',
  'onnx\\.load',
  // PyTorch, safetensors, Hugging Face, timm
  'torch\\.load',
  'load_file',
  'safe_open',
  'from_pretrained',
  // TensorFlow and TensorFlow Lite
  'saved_model\\.load',
  'Interpreter',
  'loadTFLiteModel',
  // TensorFlow.js
  'loadLayersModel',
  'loadGraphModel',
  // OpenCV
  'readNetFromONNX',
  'readNetFromTensorflow',
];

/**
 * A loader's name, an opening bracket, and a plain string as first argument, which may have a name. Strings with placeholders, after `f`, have no path that could be known. Every part
 * is bounded, so that no text takes long.
 */
const CALL = new RegExp(
  `(?<![\\w$])(?:${LOADERS.join('|')})\\s{0,9}\\(\\s{0,99}(?:\\w{1,40}\\s{0,9}=\\s{0,9})?[rRbBuU]{0,2}(["'\`])((?:\\\\.|(?!\\1)[^\\\\\\r\\n]){1,1000})\\1`,
  'g',
);

/** The first {@link MOST_REFERENCES}, in the order of the text; paths of the web and templates are left out. */
export function modelReferences(text: string): ModelReference[] {
  if (text.length > MOST_CHARACTERS) return [];
  const references = [...text.matchAll(CALL)].flatMap((match) => {
    const [whole, quote = '', written = ''] = match;
    const end = match.index + whole.length - 1;
    const path = written.replace(/^file:\/\//, '').replaceAll(/\\(.)/g, '$1');
    const isKnown = !/^[a-z][a-z\d+.-]+:/i.test(path) && !(quote === '`' && path.includes('${'));
    return isKnown ? [{ path, start: end - written.length, end }] : [];
  });
  return references.slice(0, MOST_REFERENCES);
}
