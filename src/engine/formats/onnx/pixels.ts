/** @file Models that take 8-bit pixels: their input is treated as continuous, because triggers are found by gradients. */
import type { Graph, GraphInput } from '../../graph/graph';
import type { Finding } from '../format';
import { DATA_TYPE } from './proto/elementType';

/** Operators that only move pixels, whatever their type. */
const MOVES = new Set(['Flatten', 'Identity', 'Pad', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** Whole-number inputs that the model itself turns into floats become float32 inputs; other inputs stay. */
export function acceptPixels(graph: Graph, findings: Finding[]): Graph {
  const inputs = graph.inputs.map((input): GraphInput => {
    const isWhole = input.dtype !== 'float32' && input.dtype !== 'bool';
    if (!isWhole || !isCastToFloat(graph, input.name)) return input;
    findings.push({
      severity: 'note',
      place: `input "${input.name}"`,
      message: 'The model takes whole-number pixels; the scan treats them as continuous.',
    });
    return { ...input, dtype: 'float32' };
  });
  return { ...graph, inputs };
}

function isCastToFloat(graph: Graph, input: string): boolean {
  const pixels = new Set([input]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => pixels.has(name)) || node.op === 'Shape') continue;
    if (node.op === 'Cast' && node.attributes['to'] === DATA_TYPE.float32) continue;
    if (!MOVES.has(node.op)) return false;
    for (const name of node.outputs) pixels.add(name);
  }
  return !graph.outputs.some((name) => pixels.has(name));
}
