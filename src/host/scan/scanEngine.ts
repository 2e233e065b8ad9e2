/** @file What scans need of the engine. */
import type { EngineClient } from '../../runner/client/client';

/** Only what a controller needs of the engine; tests have one of their own. */
export type ScanEngine = Pick<EngineClient, 'scan' | 'inspect'>;
