/** @file SARIF 2.1.0 (OASIS), in the form that code-scanning services accept: every result has a place and a message. */
import type { Log, Notification, PropertyBag, ReportingDescriptor, Result } from 'sarif';
import type { LabelResult, ReportFinding, ScanReport } from '../report/scanReport';
import { formatFixed, formatPEquation, formatPercent } from '../support/numberText';
import { plainText } from '../support/plainText';
import { headline, labelTitle, nextStep } from './scanSummary';

export interface SarifOptions {
  /** The model's place relative to the root of the checkout, with `/` between its parts; not encoded. */
  readonly modelPath: string;
  /** Of this tool. */
  readonly toolVersion: string;
}

/** A model with its scan, or with why there is none. */
export interface SarifModel {
  /** As in {@link SarifOptions}. */
  readonly modelPath: string;
  readonly report?: ScanReport;
  /** One plain sentence. */
  readonly error?: string;
}

/** Where the results of a model lie. */
interface Place {
  readonly modelPath: string;
  /** Among the artifacts. */
  readonly index: number;
}

const BACKDOOR = 'NC001';
const INCONCLUSIVE = 'NC002';

const RULES: ReportingDescriptor[] = [
  {
    id: BACKDOOR,
    name: 'BackdooredWeights',
    shortDescription: { text: 'The weights of the model hide a backdoor' },
    fullDescription: {
      text:
        'A small trigger sends images of every class to one label, and it is far smaller than the triggers of the ' +
        'other labels (Neural Cleanse, Wang et al., IEEE S&P 2019).',
    },
    help: { text: 'Do not use the model. Get it from another source, or train it anew on data you trust.' },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security', 'machine-learning', 'backdoor'], 'security-severity': '8.8' },
  },
  {
    id: INCONCLUSIVE,
    name: 'InconclusiveScan',
    shortDescription: { text: 'The scan could not decide about the model' },
    fullDescription: {
      text: 'The model was scanned, but the evidence allows neither verdict. It is not known to be clean.',
    },
    help: { text: 'Read the reasons, check samples and preprocessing, and scan again with more evidence.' },
    defaultConfiguration: { level: 'note' },
    properties: { tags: ['security', 'machine-learning', 'backdoor'] },
  },
];

/** One result per flagged label (an error, or a warning where the scan is inconclusive); a note for an inconclusive scan. */
export function sarifReport(report: ScanReport, { modelPath, toolVersion }: SarifOptions): string {
  return sarifLog([{ modelPath, report }], toolVersion, modelPath);
}

/**
 * Several models in one run, as services take one run of a kind only; `id` tells it from other runs. A model that was not scanned is a notification, and the
 * run then no success.
 */
export function sarifLog(models: readonly SarifModel[], toolVersion: string, id: string): string {
  const notifications = models.flatMap(({ report, error, modelPath }): Notification[] => [
    ...(report?.findings ?? []).map(notification),
    ...(error === undefined ? [] : [{ level: 'error' as const, message: message(`${modelPath}: ${error}`) }]),
  ]);
  const [only, ...others] = models;
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Neural Cleanse', semanticVersion: toolVersion, rules: RULES } },
        columnKind: 'utf16CodeUnits',
        automationDetails: { id: `neural-cleanse/${encodePath(id)}` },
        artifacts: models.map(({ modelPath, report }) => ({
          location: { uri: encodePath(modelPath) },
          ...(report && { hashes: { 'sha-256': report.model.sha256 } }),
        })),
        invocations: [
          {
            executionSuccessful: models.every(({ error }) => error === undefined),
            toolExecutionNotifications: notifications,
          },
        ],
        results: models.flatMap(({ report, modelPath }, index) => resultsOf(report, { modelPath, index })),
        ...(only?.report && others.length === 0 && { properties: verdictOf(only.report) }),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultsOf(report: ScanReport | undefined, place: Place): Result[] {
  if (report === undefined) return [];
  const results = report.labels.filter((label) => label.flagged).map((label) => flaggedResult(report, label, place));
  return report.verdict === 'inconclusive' ? [...results, inconclusiveResult(report, place)] : results;
}

function verdictOf({ verdict, reasons, pValue }: ScanReport): PropertyBag {
  return { verdict, reasons: [...reasons], ...(pValue !== undefined && { pValue }) };
}

function flaggedResult(report: ScanReport, label: LabelResult, place: Place): Result {
  // A doubt about the whole scan, such as a low accuracy, is one about its flagged labels too.
  const certain = report.verdict === 'infected';
  const figures = [
    `trigger of ${formatFixed(label.l1, 1)} pixels (median ${formatFixed(report.median, 1)})`,
    `anomaly index ${formatFixed(label.anomalyIndex, 2)}`,
    ...(label.pValue === undefined ? [] : [formatPEquation(label.pValue)]),
    `attack success ${formatPercent(label.attackSuccess)}`,
    ...(label.sourceLabel === undefined ? [] : [`obeyed by images of label ${label.sourceLabel} only`]),
  ];
  return {
    ...located(BACKDOOR, place),
    level: certain ? 'error' : 'warning',
    message: message(
      `${certain ? 'Backdoor to' : 'Suspiciously small trigger for'} label ${labelTitle(label)}: ${figures.join(', ')}.`,
    ),
    // The same label of the same weights is the same result, wherever the file lies.
    partialFingerprints: { 'modelAndLabel/v1': `${report.model.sha256}:${label.label}` },
    properties: { label: label.label, ...(label.sourceLabel !== undefined && { sourceLabel: label.sourceLabel }) },
  };
}

function inconclusiveResult(report: ScanReport, place: Place): Result {
  return {
    ...located(INCONCLUSIVE, place),
    level: 'note',
    message: message(headline(report), ...report.reasons, nextStep(report)),
    partialFingerprints: { 'modelAndLabel/v1': `${report.model.sha256}:inconclusive` },
  };
}

function located(ruleId: string, { modelPath, index }: Place): Pick<Result, 'ruleId' | 'ruleIndex' | 'locations'> {
  return {
    ruleId,
    ruleIndex: RULES.findIndex((rule) => rule.id === ruleId),
    // A model has no lines; services drop results without a region, so the first one stands for the file.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodePath(modelPath), index },
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
        },
      },
    ],
  };
}

function notification(finding: ReportFinding): Notification {
  const text = finding.place === undefined ? finding.message : `${finding.place}: ${finding.message}`;
  return { level: finding.severity, message: message(text) };
}

/** Plain sentences; a name from the file can't become a link, which SARIF writes as `[text](target)` (3.11.6). */
function message(...sentences: readonly string[]): { text: string } {
  return { text: sentences.map((sentence) => plainText(sentence, 1000).replaceAll('](', '] (')).join(' ') };
}

/** A relative URI reference (RFC 3986): `%`, spaces, `?`, `#` and non-ASCII letters of the path are encoded. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
