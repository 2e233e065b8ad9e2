/**
 * @file Finds the texts that the engine writes for people, as templates: `{0}` stands for what is filled in at run time.
 * From where a text ends up, such as the summary of an error, values are followed back to the literals they are made of.
 */
import * as path from 'node:path';
import ts from 'typescript';
import { TextFlow } from './textFlow';

/** The editor, with what it reaches of engine and runner; the rest serves the command line, which is English. */
const ROOTS = ['src/extension.ts', 'src/runner/process/engineProcess.ts'];

/** Carries texts that were written elsewhere. */
const CARRIER = 'src/runner/protocol/errorTransport.ts';

/** Where only sentences end up: whatever cannot be followed back to a literal is a mistake. */
const SENTENCES = [
  'NeuralCleanseError.constructor.summary',
  'ErrorDetails.hint',
  'ReportFinding.message',
  'Finding.message',
  'Assessment.reasons',
  'RepairReport.notes',
  'SamplesPreview.notes',
  'SamplesPreview.doubt',
  'IdentifyReport.doubt',
  'CalibratedFilters.doubt',
];

/** Where words may end up, or a mere value or name from a file. */
const VALUES = [
  'describe.translate.text',
  'ErrorDetails.place',
  'ErrorDetails.expected',
  'ErrorDetails.got',
  'ModelSummary.format',
  'ModelSummary.head',
  'ModelInspection.format',
  'ModelInspection.head',
  'Unreadable.reason',
  'SamplesSummary.source',
  'SamplesSummary.preprocessing',
  'SamplesPreview.source',
  'SamplesPreview.candidates.label',
];

/** Methods of arrays and strings whose result is made of what they are called on. */
const PASSING = ['filter', 'find', 'join', 'map', 'flatMap', 'slice', 'sort', 'values'];

/** Operators whose result is one of their sides. */
const CHOOSING = [
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
];

/** A template, and which of its placeholders hold texts of the engine themselves; the others hold names and numbers. */
export interface EngineText {
  readonly template: string;
  readonly texts: readonly number[];
}

/** Sorted, each once. Throws for sentences that are put together so that they could not be translated. */
export function engineTexts(roots: readonly string[] = ROOTS): EngineText[] {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path.resolve());
  const program = ts.createProgram(roots, { ...options, incremental: false });
  const sources = program.getSourceFiles().filter(({ fileName, isDeclarationFile }) => {
    return !isDeclarationFile && path.relative('.', fileName) !== CARRIER;
  });
  return new TextSearch(new TextFlow(program.getTypeChecker(), sources)).find();
}

/** How a value was reached. */
interface Way {
  /** It is a sentence and nothing else. */
  readonly sentence: boolean;
  /** Not through a property, parameter or function: a single word is one for people, not the name of something. */
  readonly near: boolean;
}

class TextSearch {
  readonly #texts = new Map<string, Set<number>>();
  readonly #mistakes = new Set<string>();
  readonly #written: ReadonlySet<ts.Node>;
  /** Declarations followed so far, and those that hold text, each by the way they were reached. */
  readonly #followed = new Map<string, Set<ts.Node>>();
  readonly #textual = new Map<string, Set<ts.Node>>();

  constructor(private readonly flow: TextFlow) {
    this.#written = new Set(flow.named('NeuralCleanseError.summary'));
  }

  find(): EngineText[] {
    this.#search();
    // Once more, now that it is known of all parts whether they hold text: some lead back to themselves.
    this.#followed.clear();
    this.#search();
    if (this.#mistakes.size > 0) throw new Error(`Cannot be translated:\n${[...this.#mistakes].join('\n')}`);
    return [...this.#texts]
      .map(([template, texts]) => ({ template, texts: [...texts].sort((a, b) => a - b) }))
      .sort((a, b) => (a.template < b.template ? -1 : 1));
  }

  #search(): void {
    for (const name of [...SENTENCES, ...VALUES]) {
      const sentence = SENTENCES.includes(name);
      const sinks = this.flow.named(name);
      if (sinks.length === 0) throw new Error(`The engine has no ${name} any more`);
      for (const value of sinks.flatMap((sink) => this.flow.valuesOf(sink))) {
        this.#follow(value, { sentence, near: true });
      }
    }
  }

  /** Whether any text was found. */
  #follow(node: ts.Expression, way: Way): boolean {
    const all = (nodes: readonly ts.Expression[]): boolean =>
      nodes.map((next) => this.#follow(next, way)).some((found) => found);
    if (ts.isStringLiteralLike(node)) return this.#add(node.text, way);
    if (ts.isTemplateExpression(node)) return this.#followTemplate(node, way);
    if (ts.isConditionalExpression(node)) return all([node.whenTrue, node.whenFalse]);
    if (ts.isArrayLiteralExpression(node)) return all(node.elements);
    if (ts.isObjectLiteralExpression(node)) {
      return all(node.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer));
    }
    if (ts.isBinaryExpression(node) && CHOOSING.includes(node.operatorToken.kind)) return all([node.left, node.right]);
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAwaitExpression(node) ||
      ts.isSpreadElement(node) ||
      ts.isElementAccessExpression(node)
    ) {
      return all([node.expression]);
    }
    if (ts.isArrowFunction(node) || node.getText() === 'undefined') return false;
    if (ts.isCallExpression(node)) return this.#followCall(node, way);
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      const declaration = this.flow.declarationOf(node);
      const near = way.near && declaration !== undefined && ts.isVariableDeclaration(declaration);
      return this.#followInto(declaration, node, { ...way, near });
    }
    return this.#stop(node, way);
  }

  #followTemplate({ head, templateSpans }: ts.TemplateExpression, way: Way): boolean {
    const template = head.text + templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`).join('');
    const before = [head, ...templateSpans.map(({ literal }) => literal)];
    const texts = templateSpans.map(({ expression }, i) => {
      // What stands in quotes is a name.
      if (before[i]?.text.endsWith('"') === true) return false;
      return this.#follow(expression, { sentence: false, near: ts.isConditionalExpression(expression) });
    });
    if (!this.#add(template, { ...way, near: false })) return texts.includes(true);
    texts.forEach((isText, i) => {
      if (isText) this.#texts.get(template)?.add(i);
    });
    if (/\}\{/.test(template))
      this.#mistakes.add(`${template}: nobody can tell where one part ends and the next begins`);
    return true;
  }

  #followCall(node: ts.CallExpression, way: Way): boolean {
    const { expression: callee, arguments: values } = node;
    if (ts.isPropertyAccessExpression(callee) && PASSING.includes(callee.name.text)) {
      const [callback] = values;
      if (!callee.name.text.endsWith('ap') || callback === undefined) return this.#follow(callee.expression, way);
      return this.#followInto(ts.isArrowFunction(callback) ? callback : this.flow.declarationOf(callback), node, way);
    }
    return this.#followInto(this.flow.functionOf(node), node, { ...way, near: false });
  }

  #followInto(declaration: ts.Node | undefined, from: ts.Expression, way: Way): boolean {
    const values = declaration === undefined ? [] : this.flow.valuesOf(declaration);
    if (declaration === undefined || values.length === 0) return this.#stop(from, way);
    if (this.#written.has(declaration)) return true;
    const followed = ofWay(this.#followed, way);
    const textual = ofWay(this.#textual, way);
    if (!followed.has(declaration)) {
      followed.add(declaration);
      if (values.map((value) => this.#follow(value, way)).includes(true)) textual.add(declaration);
    }
    return textual.has(declaration);
  }

  #add(text: string, { near }: Way): boolean {
    const words = text.replaceAll(/\{\d+\}/g, '');
    if (!/\p{L}{2}/u.test(words) || !(near ? /^[a-z]+$|\s/ : /\s/).test(words)) return false;
    if (!this.#texts.has(text)) this.#texts.set(text, new Set());
    return true;
  }

  #stop(node: ts.Node, { sentence }: Way): boolean {
    if (!sentence) return false;
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    this.#mistakes.add(`${path.relative('.', source.fileName)}:${line + 1}: ${node.getText()}`);
    return false;
  }
}

function ofWay(sets: Map<string, Set<ts.Node>>, { sentence, near }: Way): Set<ts.Node> {
  const key = JSON.stringify([sentence, near]);
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}
