/** @file The one hash that identifies a model. */
import type { Files } from './files';
import type { ModelFile } from './formats/format';

/** SHA-256 as hex; the engine has no crypto library of its own. */
export type Sha256 = (bytes: Uint8Array) => string;

/** Over the contents of all parts, in order. Of a model in a single file it is the hash of that file. */
export async function hashModel(files: Files, { parts }: Pick<ModelFile, 'parts'>, sha256: Sha256): Promise<string> {
  const hashes: string[] = [];
  for (const part of parts) hashes.push(sha256(await files.read(part)));
  const [first = ''] = hashes;
  return hashes.length === 1 ? first : sha256(new TextEncoder().encode(hashes.join('\n')));
}
