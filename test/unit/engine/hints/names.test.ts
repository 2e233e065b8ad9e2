import { expect, it } from 'vitest';
import { namesInJson } from '../../../../src/engine/hints/namesInJson';
import { namesInEntry, namesInLines } from '../../../../src/engine/hints/namesInText';

const NAMES = ['cat', 'dog', 'bird'];

it.each([
  ['a list', NAMES],
  ['Teachable Machine', { tmVersion: '2.4.7', labels: NAMES, imageSize: 224 }],
  ['Hugging Face', { architectures: ['ViT'], id2label: { 1: 'dog', 0: 'cat', 2: 'bird' }, label2id: { cat: '0' } }],
  ['timm', { architecture: 'resnet50', num_classes: 3, label_names: NAMES }],
  ['class indices of Keras', { dog: 1, bird: 2, cat: 0 }],
  ['ImageNet as Keras has it', { 0: ['n02', 'cat'], 1: ['n03', 'dog'], 2: ['n04', 'bird'] }],
])('finds the names in %s', (_, content) => {
  expect(namesInJson(content)).toEqual(NAMES);
});

it.each([
  ['a gap', { 0: 'cat', 2: 'bird' }],
  ['a number twice', { cat: 0, dog: 0 }],
  ['a huge number', { 9999999: 'cat' }],
  ['broken numbers', { cat: 0.5, dog: 1 }],
  ['other settings', { hidden_size: 768, layers: [1, 2] }],
  ['an empty list', []],
  ['a number', 3],
  ['nothing', undefined],
])('finds none in %s', (_, content) => {
  expect(namesInJson(content)).toBeUndefined();
});

it.each([
  ['plain lines', 'cat\ndog\nbird\n'],
  ['lines of Windows with a byte order mark', '\uFEFFcat\r\ndog\r\nbird\r\n\r\n'],
  ['numbered lines', '0 cat\n1 dog\n2 bird'],
  ['numbers with colons', '0: cat\n1: dog\n2: bird'],
])('reads %s', (_, text) => {
  expect(namesInLines(text)).toEqual(NAMES);
});

it('keeps numbers that belong to the name', () => {
  expect(namesInLines('2 CV\n1 CV')).toEqual(['2 CV', '1 CV']);
  expect(namesInLines('0\n1\n2')).toEqual(['0', '1', '2']);
});

it.each(['', '\n', 'cat\n\ndog'])('finds none in %j', (text) => {
  expect(namesInLines(text)).toBeUndefined();
});

it.each([
  `{0: 'cat', 1: 'dog', 2: 'bird'}`,
  `['cat', "dog", 'bird',]`,
  '["cat","dog","bird"]',
  '{"0":"cat","1":"dog","2":"bird"}',
])('reads the entry %s', (text) => {
  expect(namesInEntry(text)).toEqual(NAMES);
});

it('reads quotes and escapes in names', () => {
  expect(namesInEntry(`["cock's comb", 'say "hi"', 'it\\'s']`)).toEqual(["cock's comb", 'say "hi"', "it's"]);
  expect(namesInEntry('["caf\\u00e9"]')).toEqual(['café']);
  expect(namesInEntry('__import__("os")')).toBeUndefined();
});
