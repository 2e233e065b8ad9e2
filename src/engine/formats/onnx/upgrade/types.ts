/** @file Attributes that name an element type, and newer attributes that older semantics cannot express. */
import { UnsupportedModelError } from '../../../support/errors';
import { DATA_TYPE, elementType, typeName } from '../proto/elementType';
import { layerOf } from '../flatten/flatNode';
import type { Rule } from './rule';

/** Graphs compute in float32 throughout, so a cast to another float type becomes one to float32. */
export const cast: Rule = (node) => {
  const to = Number(node.attributes['to']);
  const type = elementType(to);
  if (type === undefined) {
    throw new UnsupportedModelError(`computing with ${typeName(to)} is not supported`, { place: layerOf(node) });
  }
  return [{ ...node, attributes: { to: DATA_TYPE[type.dtype] } }];
};

/** Opset 28 adds a second order of blocks. */
export const spaceToDepth: Rule = (node) => {
  const { mode = 'DCR', ...attributes } = node.attributes;
  if (mode === 'DCR') return [{ ...node, attributes }];
  throw new UnsupportedModelError(`SpaceToDepth in mode ${String(mode)} is not supported`, { place: layerOf(node) });
};
