/** @file The page of a webview: it loads our script and style sheet, and nothing else may run or load. */
import type { PanelKind } from '../../shared/panelMessages';

/** `source`: the webview's own origin (`cspSource`); addresses and nonce are made by the host, no name from a file gets here. */
export interface PageParts {
  readonly kind: PanelKind;
  readonly source: string;
  readonly script: string;
  readonly style: string;
  readonly nonce: string;
  /** BCP 47, for screen readers. */
  readonly language: string;
}

export function panelHtml({ kind, source, script, style, nonce, language }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source} 'nonce-${nonce}'; img-src ${source} data:`;
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <!-- The controls' library looks for it. -->
    <meta property="csp-nonce" content="${nonce}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Neural Cleanse</title>
    <link rel="stylesheet" href="${style}" />
  </head>
  <body data-panel="${kind}">
    <main></main>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
