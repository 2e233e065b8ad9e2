/** @file Tells a TensorFlow.js graph model from a layers model and other JSON. */
import type { Files } from '../../support/files';

/** Whether the text is JSON whose first keys are those of a graph: its format, or a topology of nodes. */
export function detectGraphModel(_files: Files, _path: string, head: Uint8Array): Promise<boolean> {
  const text = new TextDecoder().decode(head).trimStart();
  const known = /"format"\s*:\s*"graph-model"|"modelTopology"\s*:\s*\{\s*"(node|library|versions)"\s*:/.test(text);
  return Promise.resolve(text.startsWith('{') && known);
}
