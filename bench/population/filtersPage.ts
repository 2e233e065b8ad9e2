/** @file What the filter lets pass on the models of the population, as a page. */

/** Shares 0–1, of images that neither scan nor calibration had. */
export interface FilterRow {
  readonly id: string;
  readonly attack: string;
  /** Of clean images that may be rejected. */
  readonly rate: number;
  readonly falsePositives: number;
  /** Of the images with the attacker's own trigger (of several, the one that is missed most): those not rejected, … */
  readonly missed: number;
  /** … those not rejected that reach the target, … */
  readonly passed: number;
  /** … and those that reach it without a filter. */
  readonly success: number;
  /** The same images by the filter of the paper. */
  readonly paper: { readonly falsePositives: number; readonly missed: number };
  readonly calibrated: number;
  readonly judged: number;
}

const HEADER = `# Filter

\`npm run bench:filters -- --data FOLDER\`: the infected models of the population. Triggers are reversed from 1,000 test images, the filter is calibrated with
others and judged with others again, which are stamped with the attacker's own trigger; of several triggers the row has the one that is missed most. "Missed" are all
stamped images that are not rejected, "attacks that pass" those of them that the model calls the attacker's label. "Paper" is the filter of the paper's section VI-A: mean
activation of the top 1 % neurons of the second-to-last layer. All figures are in %.
`;

export function filtersPage(rows: readonly FilterRow[]): string {
  const percent = (value: number): string => (100 * value).toFixed(2);
  const summary = [0.01, 0.05].flatMap((rate) =>
    ['mnist', 'gtsrb', 'cifar10'].flatMap((task) => {
      const all = rows.filter((row) => row.rate === rate && row.id.startsWith(`${task}-`));
      if (all.length === 0) return [];
      const mean = (of: (row: FilterRow) => number): string =>
        percent(all.reduce((sum, row) => sum + of(row) / all.length, 0));
      const good = all.filter(({ missed }) => missed < 0.01).length;
      return [
        [
          ...[task, all.length, percent(rate), mean((row) => row.falsePositives)],
          ...[mean((row) => row.missed), mean((row) => row.passed), `${good} of ${all.length}`],
          ...[mean((row) => row.paper.falsePositives), mean((row) => row.paper.missed)],
        ],
      ];
    }),
  );
  return [
    HEADER,
    table(
      [
        ...[
          'task',
          'models',
          'may be rejected',
          'clean rejected',
          'missed',
          'attacks that pass',
          'models that miss < 1 %',
        ],
        ...['paper: clean rejected', 'paper: missed'],
      ],
      summary,
    ),
    '',
    table(
      [
        ...['model', 'may be rejected', 'clean rejected', 'missed', 'attacks that pass', 'success without a filter'],
        ...['paper: clean rejected', 'paper: missed', 'images of the calibration', 'that judge'],
      ],
      rows.map(({ id, rate, falsePositives, missed, passed, success, paper, calibrated, judged }) => [
        ...[id, percent(rate), percent(falsePositives), percent(missed), percent(passed), percent(success)],
        ...[percent(paper.falsePositives), percent(paper.missed), calibrated, judged],
      ]),
    ),
    '',
  ].join('\n');
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
