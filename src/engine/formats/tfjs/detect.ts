/** @file Tells a TensorFlow.js model file from other JSON. */
import type { Files } from '../../support/files';
import { detectGraphModel } from '../tfjs-graph/detect';

/** Whether the text is JSON whose first keys are those of a TensorFlow.js model, and not of a graph model. */
export async function detectTfjs(files: Files, path: string, head: Uint8Array): Promise<boolean> {
  const text = new TextDecoder().decode(head).trimStart();
  const known = /"(modelTopology|weightsManifest)"\s*:|"layers-model"/.test(text);
  return text.startsWith('{') && known && !(await detectGraphModel(files, path, head));
}
