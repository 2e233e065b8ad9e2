/** @file Entry of the engine process: answers the requests of the client that forked it. */
import * as os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type CancellationToken,
  type NotificationType,
  type RequestType,
} from 'vscode-jsonrpc/node';
import type { ScanEvents } from '../../engine/detect/scanJob';
import { identifyModel } from '../../engine/identify/identifyModel';
import { inspectModel } from '../../engine/inspect/inspectModel';
import { makeFilter } from '../../engine/filter/makeFilter';
import type { RepairEvents } from '../../engine/repair/repairJob';
import type { PrepareRequest } from '../../engine/scan/prepareScan';
import { previewSamples } from '../../engine/inspect/previewSamples';
import type { LabelResult, ScanReport } from '../../engine/report/scanReport';
import type { Runtime } from '../../engine/runtime/runtime';
import { scanModel } from '../../engine/scan/scanModel';
import { DiskCheckpoints } from '../files/checkpoints';
import { listRuntimes, probe } from './doctor';
import { toTransported } from '../protocol/errorTransport';
import { HeldRepairs } from './heldRepairs';
import { nodeFiles } from '../files/nodeFiles';
import {
  calibrateFilterRequest,
  discardRepairRequest,
  doctorRequest,
  identifyRequest,
  inspectRequest,
  labelFinished,
  previewRequest,
  repairProgress,
  repairScanned,
  repairRequest,
  saveFilterRequest,
  saveRepairRequest,
  scanProgress,
  scanRequest,
  type ModelAndSamples,
  type ScanTask,
  type TransportedError,
} from '../protocol/protocol';
import { openRuntime, type RuntimeRequest } from '../runtimes/runtimes';
import { saveFilter } from '../files/saveFilter';
import { shorten } from '../protocol/scanAnswer';
import { sha256 } from '../files/sha256';

const PROBE = '--probe';

/** Milliseconds that work may take to save what it has once nobody listens any more. */
const LAST_WORDS = 2000;

const FAILED = 1;

async function main(args: readonly string[]): Promise<void> {
  const [mode, name = '', tensorFlow] = args;
  if (mode === PROBE) {
    const { works, detail } = await probe(name, tensorFlow);
    process.stdout.write(detail);
    process.exitCode = works ? 0 : 1;
    return;
  }
  lowerPriority();
  serve();
}

function serve(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const orphaned = new AbortController();
  const jobs = new Set<Promise<unknown>>();
  process.once('disconnect', () => {
    orphaned.abort();
    void Promise.race([Promise.allSettled(jobs), sleep(LAST_WORDS)]).then(() => process.exit());
  });

  const answer = <P, R>(
    type: RequestType<P, R, TransportedError>,
    work: (task: P, signal: AbortSignal) => Promise<R>,
  ): void => {
    connection.onRequest(
      type.method,
      async (task: P, token: CancellationToken): Promise<R | ResponseError<TransportedError>> => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => {
          cancel.abort();
        });
        const job = work(task, AbortSignal.any([cancel.signal, orphaned.signal]));
        jobs.add(job);
        try {
          return await job;
        } catch (error) {
          const transported = toTransported(error);
          return new ResponseError(FAILED, transported.summary, transported);
        } finally {
          jobs.delete(job);
        }
      },
    );
  };

  const notify = <P>(type: NotificationType<P>, params: P): void => {
    // Where nobody listens any more, the process is about to end.
    connection.sendNotification(type.method, params).catch(() => undefined);
  };

  answer(inspectRequest, (task) => inspectModel({ ...task, files: nodeFiles, sha256 }));
  answer(previewRequest, async (task, signal) =>
    previewSamples({ ...(await prepareRequest(task)), count: task.count }, signal),
  );
  /** Sends each label as it is done, and remembers what was sent. */
  const labelsOf = (id: string): Required<Pick<ScanEvents, 'onLabel'>> & { sent: Map<number, LabelResult> } => {
    const sent = new Map<number, LabelResult>();
    const onLabel = (result: LabelResult): void => {
      sent.set(result.label, result);
      notify(labelFinished, { id, result });
    };
    return { sent, onLabel };
  };
  answer(scanRequest, async (task, signal) => {
    const { id } = task;
    const { sent, onLabel } = labelsOf(id);
    const onProgress: ScanEvents['onProgress'] = (progress) => {
      notify(scanProgress, { id, progress });
    };
    return shorten(await scan(task, { signal, onProgress, onLabel }), sent);
  });
  const repairs = new HeldRepairs();
  const repairEvents = (id: string, signal: AbortSignal): RepairEvents => ({
    signal,
    onProgress: (progress) => {
      notify(repairProgress, { id, progress });
    },
  });
  answer(repairRequest, async (task, signal) =>
    repairs.compute(task, await prepareRequest(task), repairEvents(task.id, signal)),
  );
  answer(saveRepairRequest, (task, signal) => {
    const { id } = task;
    const { sent, onLabel } = labelsOf(id);
    const onScan = (report: ScanReport): void => {
      notify(repairScanned, { id, answer: shorten(report, sent) });
    };
    return repairs.save(task, { ...repairEvents(id, signal), onLabel, onScan });
  });
  answer(discardRepairRequest, ({ id }) => {
    repairs.discard(id);
    return Promise.resolve();
  });
  answer(identifyRequest, async ({ report, only, ...task }, signal) =>
    identifyModel({ ...(await prepareRequest(task)), report, only }, signal),
  );
  answer(calibrateFilterRequest, async ({ report, only, rates, ...task }, signal) => {
    const { at, doubt } = await makeFilter({ ...(await prepareRequest(task)), report, only }, signal);
    const filters = rates.map(at).map(({ filter, cost }) => ({ filter, cost }));
    return { filters, ...(doubt !== undefined && { doubt }) };
  });
  answer(saveFilterRequest, saveFilter);
  answer(doctorRequest, ({ tensorFlow }) => listRuntimes([PROBE], tensorFlow));
  connection.listen();
}

async function scan(task: ScanTask, events: ScanEvents): Promise<ScanReport> {
  return scanModel(
    { ...(await prepareRequest(task)), settings: task.settings, now: () => performance.now() / 1000 },
    { ...events, checkpoints: new DiskCheckpoints(task.checkpoints, task.resume) },
  );
}

/** `task` may hold more than is asked for here. */
async function prepareRequest({
  runtime,
  ...task
}: ModelAndSamples & { readonly runtime: RuntimeRequest }): Promise<PrepareRequest> {
  return { ...task, files: nodeFiles, sha256, runtime: await open(runtime) };
}

/** Leaves a processor to the editor unless the user has chosen a number of threads. */
function open(request: RuntimeRequest): Promise<Runtime> {
  const threads = request.threads === 0 ? Math.max(1, os.availableParallelism() - 1) : request.threads;
  return openRuntime({ ...request, threads });
}

/** The editor goes first. */
function lowerPriority(): void {
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = os.constants.priority;
  try {
    os.setPriority(Math.min(PRIORITY_LOW, os.getPriority() + PRIORITY_BELOW_NORMAL));
  } catch {
    // Some systems refuse; the scan runs all the same.
  }
}

await main(process.argv.slice(2));
