import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged files of frozen-pb', () => {
  testDamagedFiles('frozen-pb');
});
