/** @file Tells a TensorFlow.js model file from other JSON. */
import type { Files } from '../../support/files';

/** Whether the text is JSON whose first keys are those of a TensorFlow.js model. */
export function detectTfjs(_files: Files, _path: string, head: Uint8Array): Promise<boolean> {
  const text = new TextDecoder().decode(head).trimStart();
  const known = /"(modelTopology|weightsManifest)"\s*:|"(layers-model|graph-model)"/.test(text);
  return Promise.resolve(text.startsWith('{') && known);
}
