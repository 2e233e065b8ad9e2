/** @file The options that say how a model is scanned, shared by the commands that scan. */
import { type Command, Option } from 'commander';
import type { LossKind, ScanSettings } from '../engine/report/scanReport';
import { labelList, share, wholeNumber } from './optionValues';

type Scheme = NonNullable<ScanSettings['scheme']>;

export interface ScanningOptions {
  readonly quick?: true;
  readonly thorough?: true;
  readonly seeds?: number;
  readonly seed?: number;
  readonly threshold?: number;
  readonly loss?: LossKind;
  readonly scheme?: Scheme;
  readonly only?: number[];
  readonly pairs?: true;
}

export function scanningOptions(command: Command): Command {
  return command
    .optionsGroup('Scanning:')
    .addOption(new Option('--quick', 'fewer updates: a first look').conflicts('thorough'))
    .option('--thorough', 'more updates and three seeds: a second look')
    .option('--seeds <n>', 'independent runs per label; the smallest trigger counts', wholeNumber(1, 100))
    .option('--seed <n>', 'first random seed', wholeNumber(0, 1_000_000))
    .option('--threshold <p>', 'largest p-value that counts as infected', share)
    .addOption(
      new Option('--loss <kind>', "the true cross-entropy, or the paper authors' own").choices([
        'cross-entropy',
        'authors',
      ] satisfies LossKind[]),
    )
    .addOption(
      new Option('--scheme <name>', 'all labels briefly and the smallest to the end, or as in the paper').choices([
        'race',
        'paper',
      ] satisfies Scheme[]),
    )
    .option('--only <labels>', 'scan these labels only, such as 0,3,5-9', labelList)
    .option('--pairs', 'look for triggers that only images of one label obey, too; takes many times as long');
}

export function settingsOf(options: ScanningOptions): Partial<ScanSettings> {
  const { quick, thorough, seeds, seed, threshold, loss, scheme, only, pairs } = options;
  return {
    preset: quick === true ? 'quick' : thorough === true ? 'thorough' : 'standard',
    ...(seeds !== undefined && { seeds }),
    ...(seed !== undefined && { seed }),
    ...(threshold !== undefined && { pThreshold: threshold }),
    ...(loss !== undefined && { loss }),
    ...(scheme !== undefined && { scheme }),
    ...(only !== undefined && { labels: only }),
    ...(pairs === true && { pairs }),
  };
}
