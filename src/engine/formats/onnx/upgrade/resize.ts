/** @file Resize and its predecessor Upsample. */
import { UnsupportedModelError } from '../../../support/errors';
import type { Node } from '../../../graph/graph';
import { toNumbers } from '../../../graph/tensor';
import { layerOf } from '../flatten/flatNode';
import { toInputs } from './attributesToInputs';
import type { Rule, UpgradeContext } from './rule';

/** Upsample: scales were an attribute in opset 7, an input in 9. */
export const upsample: Rule = (node, context) => {
  const scales = { since: 9, attributes: [['scales', 'floats']] } as const;
  return [asymmetric(context.opset < 9 ? toInputs(node, scales, context) : node, context)];
};

/** Resize: opset 10 has no choice of coordinates; later an empty tensor may stand for an absent input. */
export const resize: Rule = (node, context) => {
  if (context.opset < 11) return [asymmetric(node, context)];
  const inputs = node.inputs.map((name, i) => (i > 0 && context.tensor(name)?.data.length === 0 ? '' : name));
  return [{ ...node, inputs }];
};

/** `Resize(x, scales)` as opset 10 and ONNX Runtime understand it. */
function asymmetric(node: Node, context: UpgradeContext): Node {
  const [x = '', scales = ''] = node.inputs;
  const mode = node.attributes['mode'] ?? 'nearest';
  const attributes = { mode, coordinate_transformation_mode: 'asymmetric' };
  return {
    ...node,
    op: 'Resize',
    inputs: [x, '', scales],
    attributes: mode === 'nearest' ? { ...attributes, nearest_mode: rounding(node, scales, context) } : attributes,
  };
}

/** ONNX Runtime rounds down where it grows an axis and up where it shrinks one. */
function rounding(node: Node, scales: string, context: UpgradeContext): 'floor' | 'ceil' {
  const tensor = context.tensor(scales);
  const factors = tensor === undefined ? [] : toNumbers(tensor);
  if (!factors.some((factor) => factor < 1)) return 'floor';
  if (!factors.some((factor) => factor > 1)) return 'ceil';
  throw new UnsupportedModelError('a resize that grows one axis and shrinks another is not supported', {
    place: layerOf(node),
  });
}
