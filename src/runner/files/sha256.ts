/** @file The hash that the engine asks its caller for. */
import { createHash } from 'node:crypto';

/** As hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
