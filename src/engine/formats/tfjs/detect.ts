/** @file Tells TensorFlow.js model files, layers and graphs, from each other and from other JSON, by their first keys. */
import type { Files } from '../../support/files';

/** Whether the text is JSON whose first keys are those of a graph: its format, or a topology of nodes. */
export function isGraphModel(head: Uint8Array): boolean {
  const known = /"format"\s*:\s*"graph-model"|"modelTopology"\s*:\s*\{\s*"(node|library|versions)"\s*:/;
  return isJsonWith(head, known);
}

/** Whether they are those of a TensorFlow.js model, and not of a graph. */
export function detectTfjs(_files: Files, _path: string, head: Uint8Array): Promise<boolean> {
  const known = /"(modelTopology|weightsManifest)"\s*:|"layers-model"/;
  return Promise.resolve(isJsonWith(head, known) && !isGraphModel(head));
}

function isJsonWith(head: Uint8Array, keys: RegExp): boolean {
  const text = new TextDecoder().decode(head).trimStart();
  return text.startsWith('{') && keys.test(text);
}
