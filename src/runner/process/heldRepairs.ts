/** @file Repairs that were computed and wait in memory to be saved or discarded. */
import { CancelledError, UsageError } from '../../engine/support/errors';
import type { ScanEvents } from '../../engine/detect/scanJob';
import type { RepairEvents } from '../../engine/repair/repairJob';
import type { PrepareRequest } from '../../engine/scan/prepareScan';
import { repairModel } from '../../engine/repair/repairModel';
import { type RepairDraft } from '../../engine/repair/repairDraft';
import { rescanSummary, type RepairReport } from '../../engine/report/repairReport';
import type { ScanReport, ScanSettings } from '../../engine/report/scanReport';
import { scanModel } from '../../engine/scan/scanModel';
import type { RepairTask, SaveRepairTask } from '../protocol/protocol';
import { saveRepair } from '../files/saveRepair';

interface Held {
  readonly draft: RepairDraft;
  readonly request: PrepareRequest;
  /** Of the scan that found the triggers. */
  readonly settings: ScanSettings;
}

export interface SaveEvents extends RepairEvents, Pick<ScanEvents, 'onLabel'> {
  /** The written model was scanned; its labels have come one by one before. */
  onScan?(report: ScanReport): void;
}

/** Seconds since some fixed point. */
const now = (): number => performance.now() / 1000;

export class HeldRepairs {
  readonly #held = new Map<string, Held>();

  /** `request` says which model and samples, with an opened runtime. */
  async compute(task: RepairTask, request: PrepareRequest, events: RepairEvents): Promise<RepairReport> {
    const { id, report, method, labelsToRepair, layer, maxAccuracyLoss, loop } = task;
    const draft = await repairModel(
      {
        ...request,
        report,
        labelChoice: labelsToRepair ?? 'flagged',
        settings: {
          method,
          ...(layer !== undefined && { layer }),
          ...(maxAccuracyLoss !== undefined && { maxAccuracyLoss }),
          ...(loop !== undefined && { loop }),
        },
        now,
      },
      events,
    );
    this.#held.set(id, { draft, request, settings: report.settings });
    return draft.report;
  }

  /**
   * Lets go of the repair once it is written; cancelling the scan of the new file leaves the file and its report. Throws
   * {@link UsageError} for an unknown id.
   */
  async save({ id, out, point }: SaveRepairTask, events: SaveEvents): Promise<RepairReport> {
    const held = this.#held.get(id);
    if (held === undefined) {
      throw new UsageError('the repair is no longer in memory', { hint: 'Repair the model again.' });
    }
    const report = await saveRepair(held.draft, out, {
      // Who chose the name has been asked; the original stays in any case.
      replace: 'others',
      ...(point !== undefined && { point }),
    });
    this.#held.delete(id);
    try {
      const scan = await scanAgain(held, out, report, events);
      events.onScan?.(scan);
      return { ...report, rescan: rescanSummary(scan) };
    } catch (error) {
      if (error instanceof CancelledError) return report;
      throw error;
    }
  }

  discard(id: string): void {
    this.#held.delete(id);
  }
}

/** With the samples of the repair, whatever a sidecar beside the new file says. */
function scanAgain(
  { draft, request, settings }: Held,
  model: string,
  { rounds }: RepairReport,
  events: SaveEvents,
): Promise<ScanReport> {
  return scanModel(
    { ...request, ...draft.readOptions, model, settings, now },
    {
      ...(events.signal !== undefined && { signal: events.signal }),
      onLabel: (result) => {
        events.onLabel?.(result);
      },
      onProgress: ({ done, total }) => {
        events.onProgress?.({ phase: 'scanning', done, total, rounds });
      },
    },
  );
}
