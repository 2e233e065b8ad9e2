/** @file Finds the file of labels that lies beside a file of images, by its name. */
import type { Files } from '../../support/files';

/** Image words and what stands in their place in the name of the labels. */
const TWINS: readonly (readonly [RegExp, string])[] = [
  [/images/i, 'labels'],
  [/image/i, 'label'],
  [/data/i, 'labels'],
  [/data/i, 'label'],
  [/^x(?=[^a-z])/, 'y'],
  [/^X(?=[^a-z])/, 'Y'],
  [/^X(?=[^a-z])/, 'y'],
  [/(?<=[^a-z])x(?=[^a-z])/i, 'y'],
];

/** Such as `t10k-labels-idx1-ubyte` for `t10k-images-idx3-ubyte.gz`; `undefined` where there is none. */
export async function labelsBeside(files: Files, path: string): Promise<string | undefined> {
  const name = files.baseName(path);
  const folder = files.parent(path);
  for (const [word, twin] of TWINS) {
    const label = name.replace(word, twin).replace(/idx\d/, 'idx1');
    const packed = /\.gz$/i.test(label) ? label.replace(/\.gz$/i, '') : `${label}.gz`;
    for (const candidate of [label, packed]) {
      const target = files.join(folder, candidate);
      if (label !== name && (await files.info(target))?.kind === 'file') return target;
    }
  }
  return undefined;
}
