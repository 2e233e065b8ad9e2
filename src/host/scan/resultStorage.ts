/** @file Results on disk, so that they are still there after a reload: one file per model, one line per label. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { LabelResult, ScanReport } from '../../engine/report/scanReport';
import { atomicWrite } from '../../runner/files/atomicWrite';
import type { SamplesChoice } from '../samples/sampleMemory';

const VERSION = 1;
const SUFFIX = '.ndjson';

/** A model's last scan. Without a report it is unfinished: the window was closed, or it was stopped or failed. */
export interface StoredResult {
  /** Of the model; the key. */
  readonly uri: string;
  readonly samples: SamplesChoice;
  /** Clean sample as `data:` URI. */
  readonly sample?: string;
  /** URI of the model that this one is a repaired copy of. */
  readonly repairedFrom?: string;
  /** State of the file when it was scanned, to see cheaply whether it has changed. */
  readonly file: FileState;
  /** Labels finished and in all, of an unfinished scan. */
  readonly labels?: readonly [done: number, total: number];
  readonly error?: string;
  readonly report?: ScanReport;
}

export interface FileState {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** The first line of a file: everything but the labels, which follow in a line each. */
interface Header extends Omit<StoredResult, 'report'> {
  readonly version: typeof VERSION;
  readonly report?: Omit<ScanReport, 'labels'>;
}

export class ResultStorage {
  /** Writes of one file follow each other. */
  #last: Promise<unknown> = Promise.resolve();

  /** `folder` is made when it is needed. */
  constructor(private readonly folder: string) {}

  save(result: StoredResult): Promise<void> {
    return this.#afterwards(async () => {
      await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
      await atomicWrite(this.#file(result.uri), linesOf(result));
    });
  }

  /** `undefined` if there is none, or one of another version. */
  load(uri: string): Promise<StoredResult | undefined> {
    return this.#afterwards(() => read(this.#file(uri)));
  }

  remove(uri: string): Promise<void> {
    return this.#afterwards(() => fs.rm(this.#file(uri), { force: true }));
  }

  /** All that can be read, the oldest first; `broken` is told of the others. */
  async all(broken: (file: string, error: unknown) => void): Promise<StoredResult[]> {
    const names = await fs.readdir(this.folder).catch(() => []);
    const results: { result: StoredResult; written: number }[] = [];
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const file = path.join(this.folder, name);
      try {
        const result = await read(file);
        if (result !== undefined) results.push({ result, written: (await fs.stat(file)).mtimeMs });
      } catch (error) {
        broken(file, error);
      }
    }
    return results.sort((a, b) => a.written - b.written).map(({ result }) => result);
  }

  #file(uri: string): string {
    return path.join(this.folder, `${createHash('sha256').update(uri).digest('hex').slice(0, 32)}${SUFFIX}`);
  }

  #afterwards<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Triggers of large images make a report of many megabytes; line by line, none of the steps takes long. */
function* linesOf({ report, ...rest }: StoredResult): Iterable<string> {
  const header: Header = { version: VERSION, ...rest };
  if (report === undefined) {
    yield `${JSON.stringify(header)}\n`;
    return;
  }
  const { labels, ...figures } = report;
  yield `${JSON.stringify({ ...header, report: figures })}\n`;
  for (const label of labels) yield `${JSON.stringify(label)}\n`;
}

async function read(file: string): Promise<StoredResult | undefined> {
  const handle = await fs.open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    let header: Header | undefined;
    const labels: LabelResult[] = [];
    for await (const line of handle.readLines()) {
      if (header === undefined) header = JSON.parse(line) as Header;
      else labels.push(JSON.parse(line) as LabelResult);
    }
    if (header?.version !== VERSION) return undefined;
    const { report, ...rest } = header;
    return { ...rest, ...(report !== undefined && { report: { ...report, labels } }) };
  } finally {
    await handle.close();
  }
}
