/** @file What methods of repair do to the models of the population, as a page. */
import type { RepairMethod } from '../../src/engine/report/repairReport';

/** On images that neither the scan nor the repair had; 0–1. */
interface Figures {
  readonly accuracy: number;
  /** Of the attacker's trigger that works best, on images that it is meant for; absent in clean models. */
  readonly success?: number;
}

export interface RepairRow {
  readonly id: string;
  readonly task: string;
  readonly network: string;
  readonly attack: string;
  /** Test images for scan and repair. */
  readonly images: number;
  readonly method: RepairMethod;
  /** What `auto` took. */
  readonly chosen?: RepairMethod;
  /** Labels that the scan flagged; none: the repair knew no trigger. */
  readonly flagged: readonly number[];
  readonly before: Figures;
  readonly after: Figures;
  readonly seconds: number;
}

const ALL_IMAGES = 1000;

const HEADER = `# Methods of repair

\`npm run bench:repairs -- --data FOLDER\`: the population's models, scanned and repaired with 1,000 test images. Accuracy and success are of other test
images; success is that of the attacker's own trigger, which no repair sees, on the images that it is meant for, of several triggers the largest.
Where the scan flagged no label, the repair knew no trigger: \`auto\` then uses I-BAU alone. Seconds are of a busy machine.
`;

export function repairsPage(rows: readonly RepairRow[]): string {
  const auto = rows.filter(({ method, images }) => method === 'auto' && images === ALL_IMAGES);
  const clean = auto.filter(({ attack }) => attack === 'clean');
  const hidden = auto.filter(({ attack }) => isHidden(attack));
  const patch = auto.filter(({ attack }) => attack !== 'clean' && !isHidden(attack));
  const share = (all: readonly RepairRow[], good: (row: RepairRow) => boolean): string =>
    `${all.filter(good).length} of ${all.length}`;
  const left = (row: RepairRow): number => row.after.success ?? 0;
  const summary = [
    ['patches, auto: success < 2 % at < 1.5 points', share(patch, (row) => left(row) < 0.02 && loss(row) < 0.015)],
    [
      'the same where the scan flagged a label',
      share(
        patch.filter(({ flagged }) => flagged.length > 0),
        (row) => left(row) < 0.02 && loss(row) < 0.015,
      ),
    ],
    [
      'blended and source-specific, auto: success < 5 % at < 2 points',
      share(hidden, (row) => left(row) < 0.05 && loss(row) < 0.02),
    ],
    ['clean, auto: < 0.5 points lost', share(clean, (row) => loss(row) < 0.005)],
  ];
  return [
    HEADER,
    '| measure | |\n| --- | --- |',
    ...summary.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    '| model | images | flagged | method | accuracy before → after | points lost | success before → after | s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(rowText),
    '',
  ].join('\n');
}

function rowText(row: RepairRow): string {
  const { before, after } = row;
  const percent = (value: number): string => (100 * value).toFixed(1);
  const success = before.success === undefined ? '' : `${percent(before.success)} → ${percent(after.success ?? NaN)}`;
  return `| ${[
    row.id,
    row.images,
    row.flagged.join(' '),
    row.chosen === undefined ? row.method : `${row.method}: ${row.chosen}`,
    `${percent(before.accuracy)} → ${percent(after.accuracy)}`,
    percent(loss(row)),
    success,
    row.seconds.toFixed(0),
  ].join(' | ')} |`;
}

function loss({ before, after }: RepairRow): number {
  return before.accuracy - after.accuracy;
}

function isHidden(attack: string): boolean {
  return attack === 'source' || attack.startsWith('blended');
}
