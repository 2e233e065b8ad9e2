/** @file Whether samples are good enough for a scan of a given model. */
import { SamplesError } from '../support/errors';
import type { ImageShape, Samples } from './samples';

/** With fewer images the success rate of a trigger cannot be told from luck. */
export const MIN_SAMPLES = 32;

/**
 * Throws {@link SamplesError} when the samples cannot serve: wrong shape, too few, labels the model does not have, or a
 * single class. Returns what the user should know although it does not stop the scan, in plain sentences.
 */
export function checkAgainstModel(samples: Samples, model: ImageShape & { readonly classes: number }): string[] {
  const file = samples.path;
  const shown = (shape: ImageShape): string => `${shape.channels}×${shape.height}×${shape.width}`;
  if (shown(samples) !== shown(model)) {
    throw new SamplesError('the images do not have the shape of the model input', {
      file,
      expected: shown(model),
      got: shown(samples),
    });
  }
  if (samples.count < MIN_SAMPLES) {
    throw new SamplesError('there are too few images', {
      file,
      expected: `at least ${MIN_SAMPLES}`,
      got:
        samples.skipped.length > 0
          ? `${samples.count} (${samples.skipped.length} could not be read)`
          : String(samples.count),
      hint: 'A few hundred images over all classes are a good number.',
    });
  }
  return samples.labels === undefined
    ? ['The samples have no labels, so neither the accuracy nor the preprocessing can be checked.']
    : checkLabels(samples, samples.labels, model.classes);
}

function checkLabels(samples: Samples, labels: Int32Array, classes: number): string[] {
  const file = samples.path;
  const used = new Set(labels);
  const highest = Math.max(...used);
  if (highest >= classes) {
    const position = labels.indexOf(highest);
    const fromOne = highest === classes && !used.has(0);
    throw new SamplesError('a label is out of range for the model', {
      file,
      place: samples.names[position] ?? `sample ${position}`,
      expected: `0…${classes - 1}`,
      got: String(highest),
      hint: fromOne
        ? 'The labels seem to count from 1; the model counts from 0.'
        : 'The samples may belong to another model.',
    });
  }
  if (used.size < 2) {
    throw new SamplesError('all samples belong to one class', {
      file,
      expected: 'samples of several classes',
      got: `class ${highest} only`,
    });
  }
  const notes: string[] = [];
  if (samples.classNames !== undefined && samples.classNames.length !== classes) {
    notes.push(
      `The samples have ${samples.classNames.length} named classes, the model has ${classes}; the class numbers may not agree.`,
    );
  }
  if (used.size < classes) notes.push(`${classes - used.size} of the ${classes} classes have no samples.`);
  return notes;
}
