/** @file What was measured of the population's models, kept beside them so that a benchmark can go on later. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileExists } from '../../src/runner/files/fileExists';
import { option } from '../lib/options';
import { POPULATION_FOLDER } from './models';
import type { ModelPlan } from './plan';

/** Of the plans those that are trained and that `--models PART,…` asks for; all without it. */
export async function trainedPlans(plans: readonly ModelPlan[]): Promise<ModelPlan[]> {
  const parts = option('models')?.split(',');
  const trained: ModelPlan[] = [];
  for (const plan of plans) {
    if (parts?.some((part) => plan.id.includes(part)) === false) continue;
    if (await fileExists(path.join(POPULATION_FOLDER, `${plan.id}.json`))) trained.push(plan);
  }
  return trained;
}

/** Rows of one benchmark. */
export class KeptRows<Row> {
  /** `kind` is a part of the files' names. */
  constructor(private readonly kind: string) {}

  /** None where the model has not been measured. */
  async of(id: string): Promise<Row[]> {
    const text = await fs.readFile(this.#file(id), 'utf8').catch(() => '[]');
    return JSON.parse(text) as Row[];
  }

  async all(plans: readonly ModelPlan[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { id } of plans) rows.push(...(await this.of(id)));
    return rows;
  }

  save(id: string, rows: readonly Row[]): Promise<void> {
    return fs.writeFile(this.#file(id), JSON.stringify(rows));
  }

  #file(id: string): string {
    return path.join(POPULATION_FOLDER, `${id}.${this.kind}.json`);
  }
}
