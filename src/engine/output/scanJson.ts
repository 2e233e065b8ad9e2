/** @file The machine's report: the ScanReport itself as JSON, and its checked way back. */
import * as z from 'zod';
import { base64Length } from '../support/base64';
import { UsageError } from '../support/errors';
import { REPORT_VERSION, type ScanReport } from '../report/scanReport';

export function jsonReport(report: ScanReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/**
 * Reads a report back. Unknown members are dropped, so that later versions may add some.
 * Throws {@link UsageError} naming `file`, where it is given, and the first member that does not fit.
 */
export function parseReport(text: string, file?: string): ScanReport {
  const where = file === undefined ? {} : { file };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new UsageError('the report is not JSON', where, { cause });
  }
  const result = scanReport.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError('the report does not have the expected form', {
    ...where,
    place: issue?.path.join('.') ?? '',
    expected: `a scan report of version ${REPORT_VERSION}`,
    got: issue?.message ?? 'something else',
  });
}

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const size = z.int().min(1).max(65_536);

const settings = z.object({
  scheme: z.enum(['race', 'paper']).exactOptional(),
  preset: z.enum(['quick', 'standard', 'thorough']),
  loss: z.enum(['cross-entropy', 'authors']),
  seeds: count,
  seed: z.int(),
  batchSize: count,
  updates: count,
  successThreshold: share,
  pThreshold: share,
  labels: z.array(count).readonly().exactOptional(),
  pairs: z.literal(true).exactOptional(),
  lowCostAbove: count,
});

const trigger = z
  .object({ channels: size, height: size, width: size, mask: z.base64(), pattern: z.base64() })
  .refine(({ channels, height, width, mask, pattern }) => {
    const pixels = height * width;
    return mask.length === base64Length(4 * pixels) && pattern.length === base64Length(4 * channels * pixels);
  }, 'mask or pattern of another size than declared');

const label = z.object({
  label: count,
  name: z.string().exactOptional(),
  state: z.enum(['found', 'not-reached', 'screened', 'not-scanned']),
  l1: z.number().min(0).exactOptional(),
  comparedL1: z.number().min(0).exactOptional(),
  stopped: z.literal(true).exactOptional(),
  l1PerSeed: z.array(z.number()).readonly(),
  anomalyIndex: z.number().exactOptional(),
  pValue: share.exactOptional(),
  attackSuccess: share.exactOptional(),
  response: z.number().min(0).exactOptional(),
  lostWhenMoved: z.number().exactOptional(),
  explainedBy: count.exactOptional(),
  flagged: z.boolean(),
  sourceLabel: count.exactOptional(),
  trigger: trigger.exactOptional(),
  curve: z.array(z.object({ update: count, l1: z.number(), success: share, lambda: z.number() })).readonly(),
});

const pair = z.object({
  source: count,
  target: count,
  l1: z.number().min(0),
  relativeL1: z.number().min(0),
  attackSuccess: share,
  effectOnOthers: z.number(),
  tiedToPlace: z.number(),
  response: z.number().min(0).exactOptional(),
  flagged: z.boolean(),
});

const scanReport = z.object({
  version: z.literal(REPORT_VERSION),
  tool: z.string(),
  model: z.object({
    file: z.string(),
    format: z.string(),
    sha256: z.string(),
    classes: count,
    input: z.object({ channels: size, height: size, width: size }),
    head: z.string(),
  }),
  samples: z.object({
    source: z.string(),
    count,
    labelled: z.boolean(),
    generated: z.literal(true).exactOptional(),
    skipped: count,
    preprocessing: z.string(),
  }),
  settings,
  runtime: z.string(),
  verdict: z.enum(['infected', 'clean', 'inconclusive']),
  reasons: z.array(z.string()).readonly(),
  pValue: share.exactOptional(),
  labels: z.array(label).readonly(),
  flagged: z.array(count).readonly(),
  pairs: z.array(pair).readonly().exactOptional(),
  median: z.number().exactOptional(),
  mad: z.number().exactOptional(),
  anomalyIndex: z.number().exactOptional(),
  cleanAccuracy: share.exactOptional(),
  findings: z
    .array(
      z.object({
        severity: z.enum(['note', 'warning']),
        place: z.string().exactOptional(),
        message: z.string(),
      }),
    )
    .readonly(),
  seconds: z.number().min(0),
  imagePasses: count,
}) satisfies z.ZodType<ScanReport>;
