import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged weights of PyTorch', () => {
  testDamagedFiles('torch');
});
