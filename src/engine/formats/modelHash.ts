/** @file The one hash that identifies a model. */
import { UsageError } from '../support/errors';
import type { Files } from '../support/files';
import type { ModelFile } from './format';

/** SHA-256 as hex; the engine has no crypto library of its own. */
export type Sha256 = (bytes: Uint8Array) => string;

/**
 * Over the contents of all parts, in order. Of a model in a single file it is the hash of that file. To be called right
 * after reading the model; throws {@link UsageError} where a part has vanished since.
 */
export async function hashModel(files: Files, { parts }: Pick<ModelFile, 'parts'>, sha256: Sha256): Promise<string> {
  const hashes: string[] = [];
  for (const part of parts) {
    const bytes = await files.read(part).catch((cause: unknown) => {
      const file = files.baseName(part);
      throw new UsageError('the model was moved or deleted while it was read', { file }, { cause });
    });
    hashes.push(sha256(bytes));
  }
  const [first = ''] = hashes;
  return hashes.length === 1 ? first : sha256(new TextEncoder().encode(hashes.join('\n')));
}
