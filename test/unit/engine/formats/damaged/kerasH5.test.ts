import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged keras-h5 files', () => {
  testDamagedFiles('keras-h5');
});
