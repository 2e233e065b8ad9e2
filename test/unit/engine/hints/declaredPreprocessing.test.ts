import { expect, it } from 'vitest';
import { declaredPreprocessing } from '../../../../src/engine/hints/declaredPreprocessing';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

it('knows the usual ones by name', () => {
  const declared = (content: object) => declaredPreprocessing('preprocessor_config.json', content, 3)?.id;
  expect(declared({ do_normalize: true, image_mean: IMAGENET.mean, image_std: IMAGENET.std })).toBe('imagenet');
  expect(
    declared({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], rescale_factor: 0.00392156862745098 }),
  ).toBe('signed');
  expect(declared({ do_normalize: false })).toBe('unit');
  expect(declared({ do_normalize: false, do_rescale: false })).toBe('raw');
  expect(declared({ do_normalize: false, do_flip_channel_order: true })).toBe('unit-bgr');
  expect(declaredPreprocessing('config.json', { pretrained_cfg: IMAGENET }, 3)?.id).toBe('imagenet');
  const teachable = { packageName: '@teachablemachine/image', labels: ['a', 'b'] };
  expect(declaredPreprocessing('metadata.json', teachable, 3)?.id).toBe('signed');
});

it('has others as they are declared: (pixel · factor − mean) / deviation', () => {
  const content = { image_mean: [0.1, 0.2, 0.3], image_std: 0.5, rescale_factor: 0.01 };
  const declared = declaredPreprocessing('preprocessor_config.json', content, 3);
  expect(declared).toMatchObject({ id: 'declared', label: 'as preprocessor_config.json says', bgr: false });
  expect(declared?.scale).toEqual([0.02, 0.02, 0.02]);
  expect(declared?.offset).toEqual([-0.2, -0.4, -0.6]);
});

it.each([
  ['other channels', 'preprocessor_config.json', { image_mean: IMAGENET.mean, image_std: IMAGENET.std }, 1],
  ['unequal lists', 'preprocessor_config.json', { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5] }, 3],
  ['a deviation of 0', 'preprocessor_config.json', { image_mean: 0.5, image_std: 0 }, 3],
  ['texts', 'preprocessor_config.json', { image_mean: 'half' }, 3],
  ['settings of another kind', 'config.json', { model_type: 'vit' }, 3],
  ['metadata of another tool', 'metadata.json', { labels: ['a', 'b'] }, 3],
  ['a file that declares none', 'classes.json', ['a'], 3],
])('takes nothing from %s', (_, file, content, channels) => {
  expect(declaredPreprocessing(file, content, channels)).toBeUndefined();
});
