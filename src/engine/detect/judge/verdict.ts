/** @file From the labels' L1 norms to anomaly indices, p-values, flagged labels and a verdict with its reasons. */
import type { LabelResult, PairResult, ScanSettings, Verdict } from '../../report/scanReport';
import type { FoundPair } from '../pairs/pair';
import { beyondOthers } from './beyondOthers';
import { comparedNorm } from './comparedNorm';
import { isBackdoorPair, isDoubtfulPair } from './pairRule';
import { type Asked, isConsequence, isDoubtful, isShortcut, isSuspicious, LEAST_SHARE } from './rule';
import { anomalyIndices, median, scaledMad } from './outliers';
import { familyWisePValues, MIN_LABELS } from './significance';

/**
 * A flagged label's trigger is at most this share of the median one. A smaller difference may be significant, but a
 * backdoor makes a large one: see docs/detection.md for the measured ratios of clean and infected models.
 */
export const MAX_RELATIVE_L1 = 0.5;

/**
 * Where the network does not admit a backdoor to a label, its size is a second question that could flag a clean model: this part of the user's threshold is left for it, and
 * only for triggers below {@link LEAST_SHARE}. Else it is a doubt: a weak spot of a clean model was measured with p 0.0001 and 2.3 % of the image.
 */
const DENIED = 0.1;

const FIRST_LOOK = 'No images of the model were at hand, so this was a first look with generated ones.';

/** A clean GTSRB network has five such pairs, with triggers of 0.2 to 2 pixels; nothing that was measured tells those from an attacker's. */
const PAIRS_ARE_HINTS =
  'A pair of labels makes a model suspicious, no more: clean networks, above all those with many labels, can have such pairs, too.';

/** What the verdict is made from besides the labels. */
export interface Evidence {
  readonly settings: Pick<ScanSettings, 'pThreshold' | 'successThreshold'>;
  /** Number of classes of the model. */
  readonly classes: number;
  /** Labels that the scan was asked for; more than those inverted under the low-cost scheme. */
  readonly scanned: number;
  /** Of an image, H·W. */
  readonly pixels: number;
  /** Set when the clean accuracy casts doubt on the preprocessing; a plain sentence. */
  readonly accuracyDoubt?: string;
  /** The images were generated. */
  readonly firstLook?: true;
  /** Pairs of labels that were looked at, where any were. */
  readonly pairs?: readonly FoundPair[];
}

export interface Assessment {
  readonly labels: readonly LabelResult[];
  readonly flagged: readonly number[];
  readonly pairs?: readonly PairResult[];
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly pValue?: number;
  readonly median?: number;
  readonly mad?: number;
  readonly anomalyIndex?: number;
}

/** Pure: the same labels always give the same assessment. */
export function assess(results: readonly LabelResult[], evidence: Evidence): Assessment {
  const found = results.filter((result) => result.state === 'found' && result.l1 !== undefined);
  const norms = found.map(comparedNorm);
  const centre = median(norms);
  const spread = scaledMad(norms);
  const indices = anomalyIndices(norms);
  const pValues = familyWisePValues(norms, Math.max(found.length, evidence.scanned));
  const beyond = beyondOthers(found);
  const answered = found.some(({ response }) => response !== undefined);
  const known = found.map(({ label, l1 = NaN, response = NaN, explainedBy, stopped }, i) => ({
    ...{
      label,
      response,
      explainedBy,
      dismissed: answered && stopped === true,
      share: l1 / evidence.pixels,
      beyondOthers: beyond.get(label) ?? NaN,
    },
    pValue: (norms[i] ?? NaN) <= MAX_RELATIVE_L1 * centre ? (pValues[i] ?? NaN) : NaN,
  }));
  const shortcuts = labelsOf(shortcutsAmong(known, evidence.firstLook === true));
  // Beside a backdoor the network has admitted, a label that is only small is more likely a lookalike; in a first look its size counts only where
  // the network could not be asked. A label that was not worth asking about, because smaller ones were, is no suspect by its size alone: where a short inversion does not reach
  // most labels, as with a thousand of them in images of 55×47 pixels, dozens look far smaller than usual.
  const others = known.filter(
    ({ response, dismissed }) =>
      shortcuts.size === 0 && !dismissed && (evidence.firstLook !== true || Number.isNaN(response)),
  );
  const { pThreshold } = evidence.settings;
  const outliers = labelsOf(
    others.filter(({ response, share, pValue }) =>
      Number.isNaN(response) ? pValue <= pThreshold : share <= LEAST_SHARE && pValue <= DENIED * pThreshold,
    ),
  );
  const doubtful = labelsOf(others.filter((one) => isDoubtful(one) || one.pValue <= pThreshold));
  const position = new Map(found.map((result, i) => [result.label, i]));
  const pairs = evidence.pairs?.map(({ result, trigger }) => ({
    ...{ result: { ...result, flagged: isBackdoorPair(result) }, trigger },
  }));
  const labels = results.map((result): LabelResult => {
    const i = position.get(result.label);
    const pValue = i === undefined ? NaN : (pValues[i] ?? NaN);
    const flagged = shortcuts.has(result.label) || outliers.has(result.label);
    const index = i === undefined ? {} : { anomalyIndex: indices[i] ?? 0 };
    const judged = { ...result, ...index, ...(Number.isNaN(pValue) ? {} : { pValue }), flagged };
    return flagged ? judged : asPairReaches(judged, pairs ?? []);
  });
  const flagged = labels.filter((result) => result.flagged).map((result) => result.label);
  const smallestP = Math.min(...pValues);
  const doubts = reasonsForDoubt(labels, found.length, answered, spread, evidence);
  const statistics = found.length === 0 ? {} : { median: centre, mad: spread, anomalyIndex: Math.max(...indices) };
  return {
    labels,
    flagged,
    ...(pairs && { pairs: pairs.map(({ result }) => result) }),
    ...statistics,
    ...(Number.isFinite(smallestP) ? { pValue: smallestP } : {}),
    ...decide(
      labels,
      (pairs ?? []).map(({ result }) => result),
      shortcuts,
      doubtful,
      evidence,
      smallestP,
      doubts,
    ),
  };
}

interface Known extends Asked {
  readonly label: number;
  readonly explainedBy: number | undefined;
}

/** What the network has admitted, without what follows from it. */
function shortcutsAmong(known: readonly Known[], firstLook: boolean): Known[] {
  const responding = known.filter((one) => (firstLook ? isSuspicious(one) : isShortcut(one)));
  return responding.filter((one) => {
    const cause = responding.find(({ label }) => label === one.explainedBy);
    return cause === undefined || !isConsequence(one, cause.share);
  });
}

/** A label that only images of one other reach: with the trigger that leads them there. */
function asPairReaches(result: LabelResult, pairs: readonly FoundPair[]): LabelResult {
  const own = pairs.filter((pair) => pair.result.flagged && pair.result.target === result.label);
  const [smallest] = own.sort((a, b) => a.result.l1 - b.result.l1);
  if (smallest === undefined) return result;
  const { trigger } = smallest;
  const { source, l1, attackSuccess, response } = smallest.result;
  const { label, name, curve, anomalyIndex, pValue } = result;
  return {
    ...{ label, curve },
    ...(name !== undefined && { name }),
    ...(anomalyIndex !== undefined && { anomalyIndex }),
    ...(pValue !== undefined && { pValue }),
    ...{ state: 'found', flagged: true, sourceLabel: source, l1, l1PerSeed: [l1], attackSuccess, trigger },
    ...(result.l1 !== undefined && { comparedL1: comparedNorm(result) }),
    ...(response !== undefined && { response }),
  };
}

function decide(
  labels: readonly LabelResult[],
  pairs: readonly PairResult[],
  shortcuts: ReadonlySet<number>,
  doubtful: ReadonlySet<number>,
  evidence: Evidence,
  smallestP: number,
  doubts: readonly string[],
): Pick<Assessment, 'verdict' | 'reasons'> {
  const { scanned, classes, settings, pixels, firstLook } = evidence;
  if (doubts.length > 0) return { verdict: 'inconclusive', reasons: doubts };
  const flagged = labels.filter((result) => result.flagged);
  const pairText = ({ source, target }: PairResult): string =>
    [source, target].map((label) => nameOf(labels, label)).join(' → ');
  const pairReasons = pairs.filter((pair) => pair.flagged).map((pair) => pairReason(pair, pairText(pair)));
  const ofAll = flagged.filter(({ sourceLabel }) => sourceLabel === undefined);
  if (ofAll.length > 0) {
    const outliers = ofAll.filter(({ pValue = NaN }) => pValue <= settings.pThreshold);
    return {
      verdict: firstLook === true ? 'inconclusive' : 'infected',
      reasons: [
        ...(firstLook === true
          ? [FIRST_LOOK, 'Generated images make a label suspicious, no more: scan with real ones.']
          : []),
        ...(outliers.length === 0
          ? []
          : [
              `A far smaller trigger than usual suffices for ${outliers.map(labelText).join(', ')}; a clean model with as many labels shows one this small with probability ${showP(smallestP)}.`,
            ]),
        ...flagged.filter(({ label }) => shortcuts.has(label)).map((one) => shortcutReason(one, pixels)),
        ...labels.flatMap(vulnerableReason),
        ...pairReasons,
      ],
    };
  }
  if (firstLook === true) {
    return {
      verdict: 'inconclusive',
      reasons: [FIRST_LOOK, 'Nothing was found with generated images, which is no proof: scan with real ones.'],
    };
  }
  if (pairReasons.length > 0) return { verdict: 'inconclusive', reasons: [...pairReasons, PAIRS_ARE_HINTS] };
  const doubtfulPairs = pairs.filter(isDoubtfulPair);
  if (doubtfulPairs.length > 0) {
    return {
      verdict: 'inconclusive',
      reasons: [
        `What is known of the pair of labels ${doubtfulPairs.map(pairText).join(', ')} lies between a backdoor and labels that are alike. Scan again with --thorough, and with other images.`,
      ],
    };
  }
  if (doubtful.size > 0) {
    const names = labels.filter(({ label }) => doubtful.has(label)).map(labelText);
    return {
      verdict: 'inconclusive',
      reasons: [
        `What is known of ${names.join(', ')} lies between a backdoor and a weak spot of a clean class. Scan again with --thorough, and with other images.`,
      ],
    };
  }
  if (scanned < classes) {
    return {
      verdict: 'inconclusive',
      reasons: [
        `Only ${scanned} of ${classes} labels were scanned. None of them is suspicious, but a backdoor may lead to any of the others.`,
      ],
    };
  }
  return {
    verdict: 'clean',
    reasons: [
      Number.isFinite(smallestP)
        ? `No label has an abnormally small trigger (smallest p-value ${showP(smallestP)}).`
        : 'No trigger behaves as that of a backdoor does.',
      ...(evidence.pairs === undefined
        ? []
        : ['No pair of labels behaves as that of a source-specific backdoor does.']),
    ],
  };
}

function shortcutReason(result: LabelResult, pixels: number): string {
  const { l1 = NaN, response = NaN, lostWhenMoved = NaN } = result;
  const [covered, lost] = [(100 * l1) / pixels, 100 * lostWhenMoved];
  return `The trigger of ${labelText(result)} covers ${covered.toFixed(1)} % of the image and loses ${lost.toFixed(0)} % of its effect when it is moved; once the model has unlearned it, the label is ${response.toFixed(1)} times harder to reach: a shortcut, not a feature of the class.`;
}

function pairReason({ l1, relativeL1, effectOnOthers, response = NaN }: PairResult, names: string): string {
  const [expected, others] = [100 * relativeL1, 100 * Math.max(0, effectOnOthers)];
  const unlearned = Number.isNaN(response)
    ? ''
    : `, and once the model has unlearned it, the pair is ${response.toFixed(1)} times harder to reach`;
  return `The trigger of the pair ${names} covers ${l1.toFixed(1)} pixels and is ${expected.toFixed(0)} % as large as expected of these labels; on images of other labels it has ${others.toFixed(0)} % of its effect${unlearned}: so does that of a backdoor which only images of one label obey.`;
}

function nameOf(labels: readonly LabelResult[], label: number): string {
  const name = labels.find((result) => result.label === label)?.name;
  return name === undefined ? String(label) : `${label} (${name})`;
}

function vulnerableReason(result: LabelResult): string[] {
  return result.explainedBy === undefined
    ? []
    : [
        `The trigger of ${labelText(result)} goes away together with that of label ${result.explainedBy}: it may be a consequence of that backdoor, or one like it.`,
      ];
}

/** Where the network itself has answered, neither few labels nor equal ones are in the way. */
function reasonsForDoubt(
  results: readonly LabelResult[],
  found: number,
  answered: boolean,
  spread: number,
  { accuracyDoubt, scanned }: Evidence,
): string[] {
  const doubts: string[] = [];
  if (accuracyDoubt !== undefined) doubts.push(accuracyDoubt);
  const attempted = results.filter((result) => result.state === 'found' || result.state === 'not-reached');
  if (found < attempted.length / 2 || (found < Math.min(MIN_LABELS, scanned) && !answered)) {
    doubts.push(
      `A trigger that works was found for only ${found} of ${attempted.length} labels, too few to compare; more updates (--thorough) may help.`,
    );
  } else if (scanned < MIN_LABELS && !answered) {
    doubts.push(
      `With ${scanned} classes no label can stand out from the others: an outlier test needs at least ${MIN_LABELS}. Compare the trigger sizes by eye.`,
    );
  } else if (spread === 0 && !answered) {
    doubts.push('More than half of the labels have exactly the same trigger size, so the anomaly index is undefined.');
  }
  return doubts;
}

function labelsOf(results: readonly Pick<LabelResult, 'label'>[]): ReadonlySet<number> {
  return new Set(results.map(({ label }) => label));
}

function labelText(result: LabelResult): string {
  return result.name === undefined ? `label ${result.label}` : `label ${result.label} (${result.name})`;
}

function showP(p: number): string {
  return p < 0.001 ? 'below 0.001' : p.toFixed(3);
}
