/** @file Translates Keras 1 layer names and settings into those of Keras 2, which the rest of the reader knows. */
import { show, type JsonObject } from './json';

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['Convolution2D', 'Conv2D'],
  ['AtrousConvolution2D', 'Conv2D'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
]);

const MERGE_MODES: ReadonlyMap<unknown, string> = new Map([
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['ave', 'Average'],
  ['max', 'Maximum'],
  ['concat', 'Concatenate'],
]);

/** New setting ← old setting. The old ones stay: `dim_ordering` also tells the layout of the kernel. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['filters', 'nb_filter'],
  ['strides', 'subsample'],
  ['dilation_rate', 'atrous_rate'],
  ['padding', 'border_mode'],
  ['units', 'output_dim'],
  ['use_bias', 'bias'],
];

/** Class name and settings in Keras 2 terms; what is already Keras 2 or newer passes unchanged. */
export function modernize(className: string, config: JsonObject): { className: string; config: JsonObject } {
  const settings: Record<string, unknown> = { ...config };
  for (const [now, then] of SETTINGS) if (then in config && !(now in config)) settings[now] = config[then];
  if ('nb_row' in config) settings['kernel_size'] = [config['nb_row'], config['nb_col']];
  if ('dim_ordering' in config) {
    settings['data_format'] = config['dim_ordering'] === 'th' ? 'channels_first' : 'channels_last';
  }
  if (className === 'Merge') {
    settings['axis'] = config['concat_axis'];
    const merge = config['mode_type'] === 'raw' ? MERGE_MODES.get(config['mode']) : undefined;
    return { className: merge ?? `Merge (mode ${show(config['mode'])})`, config: settings };
  }
  // Modes 1 and 2 normalise with the statistics of the input itself.
  const mode = className === 'BatchNormalization' ? config['mode'] : undefined;
  if (mode !== undefined && mode !== 0) {
    return { className: `BatchNormalization (mode ${show(mode)})`, config: settings };
  }
  return { className: CLASSES.get(className) ?? className, config: settings };
}
