/** @file Keras 3 archives (`.keras`), also written by Keras 2.12 and newer. */
import type { ModelFormat } from '../format';
import { detectKerasV3 } from './detect';
import { readKerasV3 } from './read';

export const kerasV3: ModelFormat = {
  id: 'keras-v3',
  label: 'Keras archive',
  detect: detectKerasV3,
  read: readKerasV3,
};
