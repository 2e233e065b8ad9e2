/** @file What a user has to know of a network whose numbers are whole ones that stand for others. */
import type { Finding } from './format';

export const QUANTIZED: Finding = {
  severity: 'note',
  message:
    'The network is quantised. It was read with the numbers that its whole numbers stand for, without rounding in between; a repair needs the float model it was made from.',
};
