/** @file The frame of every HTML report: one file that needs nothing else, no script, no font, no network. */
import { escapeHtml } from './escapeHtml';
import { HTML_STYLE, HTML_STYLE_HASH } from './style';

/** `body` and `footer` are markup; `title` is text. */
export function htmlPage(title: string, body: readonly string[], footer: string): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src '${HTML_STYLE_HASH}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${HTML_STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...body,
    '</main>',
    `<footer>${footer}</footer>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
