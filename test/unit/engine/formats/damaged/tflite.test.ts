import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged TensorFlow Lite files', () => {
  testDamagedFiles('tflite');
});
