import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged onnx files', () => {
  testDamagedFiles('onnx');
});
