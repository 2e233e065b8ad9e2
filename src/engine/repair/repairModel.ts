/** @file A repair from end to end, up to the point where the repaired file could be written. */
import { labelledSamples } from './labelledSamples';
import { makeDraft, type RepairDraft } from './repairDraft';
import type { RepairRequest } from './repairJob';
import type { RepairMethod } from '../report/repairReport';
import type { KnownTrigger } from './judge';
import { RepairRun } from './repairRun';
import { SamplesError, UnsupportedModelError } from '../support/errors';
import { REPAIR_DEFAULTS, type RepairEvents, type RepairSettings } from './repairJob';
import { reversedTriggers, suspectsOf } from '../scan/reversedTriggers';
import { splitSamples } from './splitSamples';
import { prepareScan, type PreparedScan } from '../scan/prepareScan';
import { checkSameModel } from '../scan/prepareWithReport';

const NEEDS_NO_TRIGGER: ReadonlySet<RepairMethod> = new Set(['auto', 'i-bau', 'anp']);

/** Throws the typed errors of its parts; writes nothing. */
export async function repairModel(request: RepairRequest, events: RepairEvents = {}): Promise<RepairDraft> {
  const started = request.now();
  const settings: RepairSettings = { ...REPAIR_DEFAULTS, ...request.settings };
  const { signal } = events;
  const prepared = await prepareScan(request, signal);
  checkReport(request, prepared);
  const triggers = triggersOf(request, settings, prepared);
  const samples = await labelledSamples(request, prepared);
  const split = splitSamples(samples.images, settings.repairShare, settings.seed);
  const run = new RepairRun(
    request,
    settings,
    prepared,
    split,
    triggers,
    suspectsOf(request.report, prepared.classifier.input),
    events,
  );
  await run.run();
  return makeDraft(run, started, samples.findings);
}

/** None where no label is flagged and the method needs none. */
function triggersOf(
  { report, labelChoice }: RepairRequest,
  { method }: RepairSettings,
  { classifier }: PreparedScan,
): KnownTrigger[] {
  if (labelChoice === 'flagged' && report.flagged.length === 0 && NEEDS_NO_TRIGGER.has(method)) return [];
  return reversedTriggers(report, labelChoice, classifier.input);
}

function checkReport({ report, files }: RepairRequest, { model, modelHash, doubt }: PreparedScan): void {
  const file = files.baseName(model.path);
  if (model.weights.size === 0) {
    throw new UnsupportedModelError('the weights of this file cannot be changed', {
      file,
      hint: 'Repair the model that it was made from.',
    });
  }
  checkSameModel(files, model.path, modelHash, report.model, {
    what: 'the scan report',
    hint: 'Scan the model again.',
  });
  if (doubt !== undefined) {
    throw new SamplesError('the samples do not fit the model, so repairing it with them would destroy it', {
      file,
      got: doubt,
    });
  }
}
