/**
 * @file Texts of the engine in the user's language. The engine writes English, in reports and errors alike; what it says is
 * translated where it is shown. `npm run l10n` finds the templates in its source and keeps them in the bundle.
 */

/**
 * A template's key in the bundle: the text, that it is the engine's, and which placeholders hold texts of the engine
 * themselves. The other placeholders are names and numbers and stay as they are.
 */
const KEY = /^(.*)\/engine((?: \{\d+\})*)$/s;

/** No text of the engine is nested deeper. */
const MAX_DEPTH = 6;

/** A text of several sentences is taken apart at one of its first full stops. */
const MAX_STOPS = 8;

interface Template {
  /** What stands before, between and after the placeholders. */
  readonly literals: readonly string[];
  readonly texts: ReadonlySet<number>;
  readonly translation: string;
}

interface Match {
  readonly template: Template;
  /** What stands where the placeholders are. */
  readonly parts: readonly string[];
}

type Translations = Readonly<Record<string, string>>;

let translations: Translations | undefined;
let translator: EngineTranslator | undefined;

/** Key of a template in the bundle; `texts` are the placeholders that hold texts of the engine. */
export function engineKey(template: string, texts: readonly number[]): string {
  return [`${template}/engine`, ...texts.map((i) => `{${i}}`)].join(' ');
}

/** The text that a key of the bundle stands for, `undefined` where it is none of the engine's. */
export function engineTemplate(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

/** Sets the editor's translations, `undefined` for English. Costs nothing before the first text. */
export function configureEngineText(bundle: Translations | undefined): void {
  translations = bundle;
  translator = undefined;
}

/** A text of the engine in the user's language; as it is where no template fits. */
export function engineText(text: string): string {
  if (translations === undefined) return text;
  translator ??= new EngineTranslator(translations);
  return translator.translate(text);
}

class EngineTranslator {
  /** Texts without placeholders. */
  readonly #fixed = new Map<string, string>();
  /** Those with the most literal text come first. */
  readonly #templates: readonly Template[];

  constructor(bundle: Translations) {
    const templates: Template[] = [];
    for (const [key, translation] of Object.entries(bundle)) {
      const [, template, marks] = KEY.exec(key) ?? [];
      if (template === undefined) continue;
      const literals = template.split(/\{\d+\}/);
      const texts = new Set(Array.from(marks?.matchAll(/\d+/g) ?? [], Number));
      if (literals.length === 1) this.#fixed.set(template, translation);
      else templates.push({ literals, texts, translation });
    }
    this.#templates = templates.sort((a, b) => sizeOf(b) - sizeOf(a));
  }

  translate(text: string, depth = 0): string {
    if (depth > MAX_DEPTH) return text;
    const fixed = this.#fixed.get(text);
    if (fixed !== undefined) return fixed;
    const match = this.#match(text);
    const parts = this.#sentences(text, depth, match === undefined ? 0 : sizeOf(match.template));
    if (parts !== undefined) return parts;
    // "label 3 (cat), label 5 (dog)" is no label 3 with a long name.
    const knowsCommas = match?.template.literals.some((literal) => literal.includes(', ')) === true;
    const list = knowsCommas ? undefined : this.#list(text, depth);
    if (list !== undefined) return list;
    return match === undefined ? text : this.#fill(match, depth);
  }

  #fill({ template: { texts, translation }, parts }: Match, depth: number): string {
    const filled = parts.map((part, i) => (texts.has(i) ? this.translate(part, depth + 1) : part));
    return translation.replace(/\{(\d+)\}/g, (_, i: string) => filled[Number(i)] ?? '');
  }

  /** Only where every item is known: names may hold commas. */
  #list(text: string, depth: number): string | undefined {
    const items = text.split(', ');
    return items.length > 1 && items.every((item) => this.#fit(item) > 0)
      ? items.map((item) => this.translate(item, depth + 1)).join(', ')
      : undefined;
  }

  /** Where the first sentence alone fits better than `fit`. Some sentences have their stop outside of the template. */
  #sentences(text: string, depth: number, fit: number): string | undefined {
    const ends = [...text.slice(0, -1).matchAll(/\. /g)].slice(0, MAX_STOPS).map(({ index }) => index + 1);
    if (text.endsWith('.')) ends.push(text.length);
    for (const end of ends) {
      const whole = text.slice(0, end);
      const bare = whole.slice(0, -1);
      const [first, stop] = this.#fit(whole) >= this.#fit(bare) ? [whole, ''] : [bare, '.'];
      if (this.#fit(first) <= fit) continue;
      const rest = text.slice(end);
      const said = `${this.translate(first, depth + 1)}${stop}`;
      return rest === '' ? said : `${said} ${this.translate(rest.slice(1), depth + 1)}`;
    }
    return undefined;
  }

  /** How much literal text fits, 0 where nothing is known. */
  #fit(text: string): number {
    if (this.#fixed.has(text)) return text.length;
    const match = this.#match(text);
    return match === undefined ? 0 : sizeOf(match.template);
  }

  #match(text: string): Match | undefined {
    for (const template of this.#templates) {
      const parts = between(template.literals, text);
      if (parts !== undefined && !(saysLittle(template) && parts.some((part) => part.includes(' ')))) {
        return { template, parts };
      }
    }
    return undefined;
  }
}

/** "{0} of {1}" would fit whatever a library says, so it is taken for single words only. */
function saysLittle(template: Template): boolean {
  return template.literals[0] === '' && template.literals.at(-1) === '' && sizeOf(template) < 6;
}

function sizeOf({ literals }: Template): number {
  return literals.reduce((size, literal) => size + literal.length, 0);
}

/**
 * What stands in `text` where the placeholders are, `undefined` where the literals do not fit. Each literal is taken at its
 * first place, which finds a fit wherever there is one, without ever going back.
 */
function between(literals: readonly string[], text: string): string[] | undefined {
  const head = literals[0] ?? '';
  const tail = literals.at(-1) ?? '';
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return undefined;
  const parts: string[] = [];
  let at = head.length;
  for (const literal of literals.slice(1, -1)) {
    const found = text.indexOf(literal, at);
    if (found === -1 || found + literal.length > end) return undefined;
    parts.push(text.slice(at, found));
    at = found + literal.length;
  }
  return [...parts, text.slice(at, end)];
}
