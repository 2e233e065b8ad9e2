/** @file Names files that are no model of ours, so that the user learns what to do instead. */
import { ModelFormatError, UnsupportedModelError, type NeuralCleanseError } from '../support/errors';

export const EXPORT_SAVED_MODEL = 'Load it in Python and save it as .keras or .h5, or convert it to ONNX with tf2onnx.';

const EXPORT_TO_ONNX = 'Export the model to ONNX (in PyTorch: torch.onnx.export).';

const SUPPORTED =
  'a Keras (.h5, .keras), ONNX, PyTorch, safetensors, TensorFlow, TensorFlow Lite or TensorFlow.js model';

/** A kind of file and how its first bytes look. */
interface Kind {
  readonly name: string;
  readonly matches: (head: Uint8Array, text: string) => boolean;
  /** Set for models of other kinds, which are sound but not supported. */
  readonly model?: true;
  readonly hint?: string;
}

const starts =
  (...bytes: readonly number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, i) => head[i] === byte);

const says =
  (pattern: RegExp) =>
  (_head: Uint8Array, text: string): boolean =>
    pattern.test(text);

const isZip = starts(0x50, 0x4b);

/** The first that matches counts. `text` has one character per byte. */
const KINDS: readonly Kind[] = [
  {
    name: 'a Git LFS pointer',
    matches: says(/^version https:\/\/git-lfs/),
    hint: 'The file itself was not downloaded: run "git lfs pull".',
  },
  {
    name: 'an ONNX Runtime (ORT) model',
    matches: says(/^.{4}ORTM/s),
    model: true,
    hint: 'Scan the ONNX model it was made from.',
  },
  {
    name: 'a Keras architecture without weights',
    matches: says(/^\s*\{.*"class_name"\s*:/s),
    model: true,
    hint: 'Scan the weights file and give this file as its architecture.',
  },
  {
    name: 'a torch.export program',
    matches: (head, text) => isZip(head) && /^[^/]*\/(archive_format|serialized_exported_program)/.test(text.slice(30)),
    model: true,
    hint: EXPORT_TO_ONNX,
  },
  {
    name: 'a pickle that PyTorch did not write',
    matches: isPickle,
    model: true,
    hint: EXPORT_TO_ONNX,
  },
  {
    name: 'NumPy arrays',
    matches: (head, text) => isZip(head) && /\.npy/.test(text),
    hint: 'Arrays of images belong to the samples.',
  },
  { name: 'a NumPy array', matches: starts(0x93, 0x4e, 0x55, 0x4d), hint: 'Arrays of images belong to the samples.' },
  { name: 'a GGUF language model', matches: says(/^GGUF/), model: true },
  { name: 'a PNG image', matches: starts(0x89, 0x50, 0x4e, 0x47) },
  { name: 'a JPEG image', matches: starts(0xff, 0xd8, 0xff) },
  { name: 'a GIF image', matches: says(/^GIF8/) },
  { name: 'a WebP image', matches: says(/^RIFF.{4}WEBP/s) },
  { name: 'a BMP image', matches: says(/^BM.{4}\0\0\0\0/s) },
  { name: 'a gzip archive', matches: starts(0x1f, 0x8b), hint: 'Unpack it first.' },
  { name: 'a tar archive', matches: says(/^.{257}ustar/s), hint: 'Unpack it first.' },
  {
    name: 'a ZIP archive without a Keras model in it',
    matches: isZip,
    hint: 'If there is a model in it, unpack it first.',
  },
  { name: 'a PDF document', matches: says(/^%PDF/) },
  { name: 'a web page', matches: says(/^\s*<(!doctype html|html)/i), hint: 'The download may have failed.' },
  {
    name: 'an OpenVINO model',
    matches: says(/^\s*(<\?xml[^>]*>)?\s*<net\s/),
    model: true,
    hint: 'Scan the model it was made from.',
  },
  { name: 'a JSON file without a model', matches: says(/^\s*[{[]["\s\d[{\]}]/) },
  { name: 'a text file', matches: isText },
];

/** The error for a file that no format of ours claims; `head` are its first bytes. */
export function foreignFile(head: Uint8Array): NeuralCleanseError {
  const text = String.fromCharCode(...head);
  const kind = KINDS.find(({ matches }) => matches(head, text));
  if (kind === undefined) {
    return new ModelFormatError('the content is no known kind of model', {
      expected: SUPPORTED,
      got: 'unknown data',
      hint: 'The file may be damaged or incomplete.',
    });
  }
  const details = { expected: SUPPORTED, got: kind.name, ...(kind.hint === undefined ? {} : { hint: kind.hint }) };
  return kind.model === true
    ? new UnsupportedModelError('this kind of model is not supported', details)
    : new ModelFormatError('the file is not a model', details);
}

/** Pickle protocol 2 and newer, as old PyTorch and scikit-learn write it; it is a program and never run. */
function isPickle(head: Uint8Array): boolean {
  const [first, protocol = 0, opcode = 0] = head;
  return first === 0x80 && protocol >= 2 && protocol <= 5 && opcode >= 0x28;
}

/** UTF-8 without control characters, apart from a character cut off at the end. */
function isText(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) && !text.slice(0, -1).includes('\ufffd');
}
