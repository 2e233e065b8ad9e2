/** @file Which files and folders hold models: by name where the name is enough, else by their first bytes. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isFrozenGraph } from '../../engine/formats/frozen-graph/detect';
import { isSavedModel } from '../../engine/formats/saved-model/detect';

/** Names that models have; what is inside such a file may still be something else. */
export const MODEL_GLOB =
  '**/{*.onnx,*.keras,*.h5,*.hdf5,*.hdf,*.he5,*.pt,*.pth,*.safetensors,*.tflite,*.pb,model.json}';

const HDF5_EXTENSIONS = new Set(['.h5', '.hdf5', '.hdf', '.he5']);
const PYTORCH_EXTENSIONS = new Set(['.pt', '.pth']);
const MODEL_EXTENSIONS = new Set([
  '.onnx',
  '.keras',
  '.safetensors',
  '.tflite',
  ...HDF5_EXTENSIONS,
  ...PYTORCH_EXTENSIONS,
]);

/** In place of a model: a Git LFS pointer, or the page of a failed download. */
const STAND_IN = /^(version https:\/\/git-lfs|\s*<(!doctype|html))/i;

/** Keras writes some of these as names of attributes or groups; a data set has none of them. */
const KERAS_NAMES = /model_config|keras_version|layer_names|model_weights|_layer_checkpoint_dependencies/;

/** Enough for the attributes of the root group, which Keras writes first, and for those that HDF5 puts at the end. */
const HDF5_WINDOW = 1 << 18;
const HEAD = 1 << 12;
const MAX_ENTRIES = 1000;

/** Whether the name alone makes a file a candidate; `model.json` and `.pb` are one only by their content. */
export function isNamedLikeModel(file: string): boolean {
  return MODEL_EXTENSIONS.has(path.extname(file).toLowerCase());
}

/** Whether the file is worth scanning, judged by a small part of it. The engine has the last word. */
export async function looksLikeModel(file: string): Promise<boolean> {
  const name = path.basename(file).toLowerCase();
  if (name === 'model.json') return someOf(file, isTfjs);
  const extension = path.extname(name);
  if (extension === '.pb') return someOf(file, isTensorFlow);
  if (HDF5_EXTENSIONS.has(extension)) {
    return someOf(
      file,
      (head, tail) => isHdf5(head) && (name.endsWith('.weights.h5') || isKeras(head) || isKeras(tail)),
    );
  }
  // Others put text and pickles of all kinds into such files.
  if (PYTORCH_EXTENSIONS.has(extension)) return someOf(file, (head) => /^(PK\x03\x04|\x80\x02\x8a\x0a)/.test(head));
  return MODEL_EXTENSIONS.has(extension) && someOf(file, (head) => head !== '' && !STAND_IN.test(head));
}

/** The models directly inside a folder, sorted. */
export async function modelsInFolder(folder: string): Promise<string[]> {
  const names = (await fs.readdir(folder)).sort().slice(0, MAX_ENTRIES);
  const models: string[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    if (await looksLikeModel(file)) models.push(file);
  }
  return models;
}

function isHdf5(head: string): boolean {
  return head.slice(0, HEAD).includes('\x89HDF\r\n\x1a\n');
}

function isKeras(text: string): boolean {
  return KERAS_NAMES.test(text);
}

function isTfjs(head: string): boolean {
  return /^\s*\{/.test(head) && /"(modelTopology|weightsManifest)"\s*:|"(layers|graph)-model"/.test(head);
}

/** Protobuf files of all kinds are called `.pb`. */
function isTensorFlow(head: string): boolean {
  const bytes = Buffer.from(head, 'latin1');
  return isSavedModel(bytes) || isFrozenGraph(bytes);
}

/** Asks about the first and, of HDF5 files, the last bytes, as text with one character a byte; false for what cannot be read. */
async function someOf(file: string, test: (head: string, tail: string) => boolean): Promise<boolean> {
  try {
    const handle = await fs.open(file, 'r');
    try {
      const { size } = await handle.stat();
      const window = HDF5_EXTENSIONS.has(path.extname(file).toLowerCase()) ? HDF5_WINDOW : HEAD;
      const read = async (position: number): Promise<string> => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(window), 0, window, position);
        return buffer.toString('latin1', 0, bytesRead);
      };
      return test(await read(0), size > window ? await read(size - window) : '');
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}
