/** @file What the name of a model file says about its format. */
import type { Finding, FormatId, ModelFormat } from './format';

/** Usual extensions. */
const EXTENSIONS: Readonly<Record<FormatId, readonly string[]>> = {
  'keras-h5': ['h5', 'hdf5', 'hdf', 'he5'],
  'keras-v3': ['keras'],
  onnx: ['onnx'],
  pytorch: ['pt', 'pth', 'bin', 'ckpt', 'pkl', 'tar'],
  safetensors: ['safetensors'],
  'saved-model': ['pb'],
  'tensorflow-graph': ['pb'],
  'tfjs-graph': ['json'],
  'tfjs-layers': ['json'],
  tflite: ['tflite', 'lite'],
};

/** A warning if the extension promises something else than the content is. */
export function extensionFinding(baseName: string, format: ModelFormat): Finding | undefined {
  const extension = /\.([^.]+)$/.exec(baseName)?.[1]?.toLowerCase();
  if (extension === undefined || EXTENSIONS[format.id].includes(extension)) return undefined;
  return {
    severity: 'warning',
    message: `The file is named .${extension}, but its content is ${format.label}; it was read as that.`,
  };
}
