import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged tfjs files', () => {
  testDamagedFiles('tfjs');
});
