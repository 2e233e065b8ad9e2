import { expect, it } from 'vitest';
import { panelHtml } from '../../../../src/host/panels/html';

it('allows our script and style sheet, data pictures, and nothing else', () => {
  const page = panelHtml({
    kind: 'scan',
    source: 'https://host',
    script: 'https://host/webview.js',
    style: 'https://host/webview.css',
    nonce: 'abc',
    language: 'de',
  });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  expect(policy?.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'nonce-abc'",
    "style-src https://host 'nonce-abc'",
    'img-src https://host data:',
  ]);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).toContain('<script nonce="abc" src="https://host/webview.js"></script>');
});
