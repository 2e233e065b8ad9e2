/** @file Normalisation and dropout, always in evaluation mode. */
import { UnsupportedModelError } from '../../../support/errors';
import type { Node } from '../../../graph/graph';
import { int64, scalar } from '../../../graph/tensor';
import { layerOf } from '../flatten/flatNode';
import { step, type Rule } from './rule';

/** BatchNormalization: no training outputs; opsets 7 and 8 can keep statistics per element instead of per channel. */
export const batchNormalization: Rule = (node, context) => {
  if (node.outputs.length > 1) throw trainingOnly(node, 'statistics of the batch');
  if (node.attributes['training_mode'] === 1) {
    context.note('The layer was exported in training mode; it is evaluated with its stored statistics.');
  }
  const epsilon = Number(node.attributes['epsilon'] ?? 1e-5);
  const perElement = context.opset < 9 && node.attributes['spatial'] === 0;
  if (!perElement) return [{ ...node, attributes: { epsilon } }];

  const [x = '', scale = '', bias = '', mean = '', variance = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const centred = context.fresh(`${node.name}:centred`);
  const raised = context.fresh(`${node.name}:raised`);
  const deviation = context.fresh(`${node.name}:deviation`);
  const normalised = context.fresh(`${node.name}:normalised`);
  const scaled = context.fresh(`${node.name}:scaled`);
  return [
    step('Sub', [x, mean], centred),
    step('Add', [variance, context.constant(`${node.name}:epsilon`, scalar(epsilon))], raised),
    step('Sqrt', [raised], deviation),
    step('Div', [centred, deviation], normalised),
    step('Mul', [normalised, scale], scaled),
    step('Add', [scaled, bias], y),
  ];
};

/** Dropout does nothing in evaluation mode. */
export const dropout: Rule = (node, context) => {
  if (node.outputs.length > 1) throw trainingOnly(node, 'a mask of dropped values');
  const training = context.tensor(node.inputs[2] ?? '');
  if (training !== undefined && Number(training.data[0]) !== 0) {
    context.note('The layer was exported in training mode; it is left out, as in evaluation.');
  }
  return [{ ...node, op: 'Identity', inputs: node.inputs.slice(0, 1), attributes: {} }];
};

/** GroupNormalization: one scale per group before opset 21, one per channel since. */
export const groupNormalization: Rule = (node, context) => {
  if (context.opset >= 21) return [node];
  const [x = '', ...perGroup] = node.inputs;
  const channels = context.type(x)?.dims[1];
  const groups = Number(node.attributes['num_groups']);
  if (channels === undefined || !(groups > 0) || channels % groups !== 0) {
    throw new UnsupportedModelError('the number of channels of a group normalisation cannot be told', {
      place: layerOf(node),
      hint: 'Export the model with opset 21 or newer.',
    });
  }
  const column = context.constant(`${node.name}:column`, int64([2], [groups, 1]));
  const table = context.constant(`${node.name}:table`, int64([2], [groups, channels / groups]));
  const row = context.constant(`${node.name}:row`, int64([1], [-1]));
  const nodes: Node[] = [];
  const perChannel = perGroup.map((parameter) => {
    const asColumn = context.fresh(`${parameter}:column`);
    const asTable = context.fresh(`${parameter}:table`);
    const asRow = context.fresh(`${parameter}:row`);
    nodes.push(step('Reshape', [parameter, column], asColumn));
    nodes.push(step('Expand', [asColumn, table], asTable), step('Reshape', [asTable, row], asRow));
    return asRow;
  });
  return [...nodes, { ...node, inputs: [x, ...perChannel] }];
};

function trainingOnly(node: Node, what: string): UnsupportedModelError {
  return new UnsupportedModelError(`the model uses ${what}, which exists in training only`, {
    place: layerOf(node),
    hint: 'Export it in evaluation mode.',
  });
}
