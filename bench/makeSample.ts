/**
 * @file Makes media/sample: an infected and a clean digit model and clean images that neither was trained on.
 * Usage: npm run make-sample -- --data FOLDER (with t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz of MNIST)
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { loadTask } from './lib/data';
import { benchModel } from './lib/models';

const FOLDER = path.join('media', 'sample');
const IMAGES = 400;
/** Of the models in bench/results/mnist.md. */
const SEED = 2;

async function main(): Promise<void> {
  const data = await loadTask('mnist');
  const runtime = await openRuntime({ threads: 2 });
  await rm(path.join(FOLDER, 'images'), { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const infected of [true, false]) {
    const model = await benchModel(runtime, 'mnist', data, infected, SEED);
    await copyFile(model.file, path.join(FOLDER, infected ? 'infected.onnx' : 'clean.onnx'));
  }
  const { images, labels } = data.test;
  const { height, width } = data.shape;
  for (let i = 0; i < IMAGES; i++) {
    const folder = path.join(FOLDER, 'images', String(labels?.[i]));
    await mkdir(folder, { recursive: true });
    const pixels = Uint8Array.from(images.subarray(i * height * width, (i + 1) * height * width));
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png({ compressionLevel: 9, palette: false })
      .toFile(path.join(folder, `${String(i).padStart(3, '0')}.png`));
  }
}

await main();
