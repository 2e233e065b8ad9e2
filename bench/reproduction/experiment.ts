/** @file What an experiment is: steps that are measured one by one, and the section of the page that their rows make. */
import type { Runtime } from '../../src/engine/runtime/runtime';
import type { ModelPlan } from './models';

export interface Context {
  readonly runtime: Runtime;
  /** What is going on, for whoever waits. */
  readonly tell: (line: string) => void;
}

export interface Step<Row> {
  /** Its name in the results; no two of an experiment share one. */
  readonly key: string;
  /** Models that it needs. */
  readonly models: readonly ModelPlan[];
  /** On two quiet cores, with the models trained. */
  readonly minutes: number;
  run(context: Context): Promise<Row>;
}

export interface Section {
  /** Under the heading. */
  readonly markdown: string;
  /** SVG by a name that the text refers to as {@link figureLink} makes it. */
  readonly figures?: Readonly<Record<string, string>>;
}

export interface Experiment<Row = unknown> {
  /** On the command line. */
  readonly name: string;
  readonly title: string;
  /** Which of the paper's tables and figures it repeats. */
  readonly paper: string;
  readonly steps: readonly Step<Row>[];
  /** Rows of the steps that were run so far, by key. */
  section(rows: ReadonlyMap<string, Row>): Section;
}

/** Of runs those that were measured, with their rows. */
export function withRows<Run extends { readonly key: string }, Row>(
  runs: readonly Run[],
  rows: ReadonlyMap<string, Row>,
): (Run & { readonly row: Row })[] {
  return runs.flatMap((run) => {
    const row = rows.get(run.key);
    return row === undefined ? [] : [{ ...run, row }];
  });
}

/** Forgets the type of the rows; they are read back from the file that the same experiment wrote. */
export function experiment<Row>(definition: Experiment<Row>): Experiment {
  return {
    ...definition,
    section: (rows) => definition.section(rows as ReadonlyMap<string, Row>),
  };
}
