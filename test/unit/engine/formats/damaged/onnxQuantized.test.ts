import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged quantised ONNX files', () => {
  testDamagedFiles('onnx-quantized');
});
