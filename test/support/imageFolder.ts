/** @file Writes a folder of random colour images, one sub-folder per class. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { encodePng } from '../../src/engine/output/pictures/png';
import { Random } from '../../src/engine/support/random';

export async function writeImageFolder(
  folder: string,
  options: { classes: number; perClass: number; width: number; height: number },
): Promise<void> {
  const { classes, perClass, width, height } = options;
  const random = new Random(1);
  for (let label = 0; label < classes; label++) {
    const home = path.join(folder, String(label));
    await fs.mkdir(home, { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const pixels = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
      await fs.writeFile(path.join(home, `${i}.png`), encodePng({ width, height, channels: 3, pixels }));
    }
  }
}
