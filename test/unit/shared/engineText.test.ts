import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configureEngineText, engineKey, engineTemplate, engineText } from '../../../src/shared/engineText';

function configure(templates: Readonly<Record<string, string>>): void {
  configureEngineText(templates);
}

afterEach(() => {
  configureEngineText(undefined);
});

describe('engineText', () => {
  it('leaves everything as it is without translations', () => {
    expect(engineText('the file is empty')).toBe('the file is empty');
  });

  it('takes only texts of the engine out of the bundle', () => {
    configure({ Samples: 'Beispielbilder', 'the file is empty/engine': 'die Datei ist leer' });
    expect(engineText('Samples')).toBe('Samples');
    expect(engineText('the file is empty')).toBe('die Datei ist leer');
  });

  it('fills names and numbers in, in the order of the translation', () => {
    configure({ '{0} of {1} labels/engine': 'von {1} Klassen {0}' });
    expect(engineText('3 of 43 labels')).toBe('von 43 Klassen 3');
  });

  it('keeps hostile names as they are', () => {
    configure({
      'layer "{0}" of {1}/engine': 'Schicht „{0}“ von {1}',
      'the file is empty/engine': 'die Datei ist leer',
    });
    for (const name of [
      '(.*)+$',
      '[a-',
      '\\',
      '$1 $& $`',
      '{0} {1} {2}',
      '{',
      'the file is empty',
      '/engine',
      '\n',
      '',
    ]) {
      expect(engineText(`layer "${name}" of m`)).toBe(`Schicht „${name}“ von m`);
    }
  });

  it('loses nothing where a name looks like the text around it', () => {
    configure({ 'layer "{0}" of {1}/engine': 'Schicht „{0}“ von {1}' });
    expect(engineText('layer "a" of "b" of c')).toBe('Schicht „a“ von "b" of c');
  });

  it('translates the texts inside of a text, and no names that look like one', () => {
    configure({
      '{0}: {1} is wrong/engine {1}': '{0}: {1} ist falsch',
      'a shape/engine': 'eine Form',
    });
    expect(engineText('a shape: a shape is wrong')).toBe('a shape: eine Form ist falsch');
  });

  it('prefers the template with the most literal text', () => {
    configure({
      '{0} of {1}/engine': '{0} von {1}',
      'row {0} of column {1}/engine': 'Zeile {0} der Spalte {1}',
      'row {0} of {1}/engine': 'Zeile {0} von {1}',
    });
    expect(engineText('row 3 of column x')).toBe('Zeile 3 der Spalte x');
    expect(engineText('row 3 of x')).toBe('Zeile 3 von x');
    expect(engineText('3 of x')).toBe('3 von x');
  });

  it('needs the whole text', () => {
    configure({ 'the file is empty/engine': 'die Datei ist leer', 'at most {0} bytes/engine': 'höchstens {0} Bytes' });
    for (const text of [
      'the file is empty!',
      ' the file is empty',
      'at most 5',
      'x at most 5 bytes',
      'at most bytes',
    ]) {
      expect(engineText(text)).toBe(text);
    }
  });

  it('does not take the words of others apart', () => {
    configure({ '{0} of {1}/engine {0}': '{0} von {1}', '{0} of {1} bytes/engine {0}': '{0} von {1} Bytes' });
    expect(engineText('Unexpected end of JSON input')).toBe('Unexpected end of JSON input');
    expect(engineText('GRU of mine')).toBe('GRU von mine');
    expect(engineText('3 of 5 bytes')).toBe('3 von 5 Bytes');
  });

  it('translates lists item by item, unless an item is unknown', () => {
    configure({ 'label {0}/engine': 'Klasse {0}', 'label {0} ({1})/engine': 'Klasse {0} ({1})' });
    expect(engineText('label 3 (cat), label 5')).toBe('Klasse 3 (cat), Klasse 5');
    expect(engineText('label 3 (cat, black)')).toBe('Klasse 3 (cat, black)');
  });

  it('takes no text for a list that knows its commas', () => {
    configure({
      'an input, a weight of a node/engine': 'eine Eingabe, ein Gewicht eines Knotens',
      'axis {0}, size {1}/engine': 'Größe {1} der Achse {0}',
      'an input/engine': '-',
      '{0} of {1}/engine': '-',
      'axis {0}/engine': '-',
      'size {0}/engine': '-',
    });
    expect(engineText('an input, a weight of a node')).toBe('eine Eingabe, ein Gewicht eines Knotens');
    expect(engineText('axis 1, size 2')).toBe('Größe 2 der Achse 1');
  });

  it('translates sentence by sentence what is known of each', () => {
    configure({
      'the file is empty/engine': 'die Datei ist leer',
      'Name another. It must hold data./engine': 'Eine andere angeben. Sie muss Daten enthalten.',
    });
    expect(engineText('the file is empty. Name another. It must hold data.')).toBe(
      'die Datei ist leer. Eine andere angeben. Sie muss Daten enthalten.',
    );
    expect(engineText('the file is empty. Whatever this is.')).toBe('die Datei ist leer. Whatever this is.');
  });

  it('takes sentences apart rather than at a word between them', () => {
    configure({
      '{0} of {1}/engine {0} {1}': '-',
      '{0} (got {1})/engine {0} {1}': '{0} (gefunden: {1})',
      'Round {0}: {1}/engine {1}': 'Runde {0}: {1}',
      'no model/engine': 'kein Modell',
      'a list of layers/engine': 'eine Liste von Schichten',
      'It was trained./engine': 'Es wurde trainiert.',
    });
    expect(engineText('no model (got a list of layers).')).toBe('kein Modell (gefunden: eine Liste von Schichten).');
    expect(engineText('no model (got a list of layers). It was trained.')).toBe(
      'kein Modell (gefunden: eine Liste von Schichten). Es wurde trainiert.',
    );
    expect(engineText('Round 2: It was trained.')).toBe('Runde 2: Es wurde trainiert.');
  });

  describe('with texts that want to keep it busy', () => {
    beforeEach(() => {
      configure({
        '{0}: {1}a{2}a{3}a{4}b/engine {0} {1} {2} {3} {4}': '-',
        '{0} and {1}/engine {0} {1}': '{0} und {1}',
        '{0} (expected {1}, got {2})/engine {0} {1} {2}': '{0} (erwartet: {1}; gefunden: {2})',
        'not {0}/engine {0}': 'nicht {0}',
        ...Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`${i} {0} a {1} b {2}/engine {0}`, '{0}{1}{2}'])),
      });
    });

    it.each(['a', 'a: ', 'not ', ' and ', 'x and ', 'x. ', 'x, ', 'not x, ', '0 a b ', '(expected ', '{0}'])(
      'comes to an end with 4,000 characters of "%s"',
      (part) => {
        // A search that tries every way to split such a text would outlive any patience.
        expect(engineText(part.repeat(4000 / part.length))).toBeTypeOf('string');
      },
    );
  });
});

describe('engineKey', () => {
  it('is taken apart again', () => {
    expect(engineKey('{0} is {1}', [1])).toBe('{0} is {1}/engine {1}');
    expect(engineTemplate('{0} is {1}/engine {1}')).toBe('{0} is {1}');
    expect(engineTemplate('a/b/engine')).toBe('a/b');
    expect(engineTemplate('Samples')).toBeUndefined();
  });
});
