import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged keras-v3 files', () => {
  testDamagedFiles('keras-v3');
});
