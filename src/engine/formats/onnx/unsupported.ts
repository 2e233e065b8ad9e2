/** @file One error for everything in a model that cannot be run, instead of one after the other. */
import { UnsupportedModelError } from '../../support/errors';
import { operatorNames } from '../../ops';

/** An operator that stands somewhere in the model. */
export interface Use {
  readonly op: string;
  readonly domain: string;
  readonly layer: string;
}

/** Advice for kinds of operators; the first that fits any of them is given. */
const HINTS: readonly (readonly [test: (use: Use) => boolean, hint: string])[] = [
  [
    ({ op }) => /^QLinear|^DynamicQuantize|Integer$/.test(op),
    'The model is quantised: scan the float model that it was made from.',
  ],
  [
    ({ domain }) => domain.startsWith('com.microsoft'),
    'The file was optimised for ONNX Runtime: export the model again without that step.',
  ],
  [({ domain }) => domain.startsWith('ai.onnx.ml'), 'Classic machine learning models are not supported.'],
  [
    ({ op, domain }) => domain === '' && /^(If|Loop|Scan|Sequence.*|Optional.*)$/.test(op),
    'Export the model without control flow (in PyTorch: torch.onnx.export with dynamo=True, in evaluation mode).',
  ],
  [({ domain }) => domain !== '', 'Operators from outside the ONNX standard are never executed.'],
];

/** Throws an {@link UnsupportedModelError} that lists all operators the engine does not have. `rewritten` are replaced on reading. */
export function checkSupported(uses: readonly Use[], rewritten: (op: string) => boolean): void {
  const supported = new Set(operatorNames());
  const missing = uses.filter(({ op, domain }) => domain !== '' || !(supported.has(op) || rewritten(op)));
  if (missing.length === 0) return;
  const layers = new Map<string, string[]>();
  for (const { op, domain, layer } of missing) {
    const name = domain === '' ? op : `${domain}.${op}`;
    const known = layers.get(name);
    if (known === undefined) layers.set(name, [layer]);
    else known.push(layer);
  }
  const list = abridged(
    [...layers].map(
      ([name, all]) =>
        `${name} (${abridged(
          all.map((layer) => `"${layer}"`),
          3,
        )})`,
    ),
    20,
  );
  const hint = HINTS.find(([test]) => missing.some(test))?.[1];
  throw new UnsupportedModelError(
    `the model uses operators that are not supported: ${list}`,
    hint === undefined ? {} : { hint },
  );
}

function abridged(items: readonly string[], limit: number): string {
  const shown = items.slice(0, limit).join(', ');
  return items.length > limit ? `${shown} and ${String(items.length - limit)} more` : shown;
}
