/** @file Style sheet of the HTML report. It follows the reader's light or dark setting. */

export const HTML_STYLE = `
:root {
  color-scheme: light dark;
  --text: #1c2024; --muted: #5b6470; --page: #ffffff; --panel: #f5f6f8; --line: #d8dce2;
  --bar: #7a8ba3; --bad: #b3261e; --good: #1b6e3c; --doubt: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e7eb; --muted: #9aa4b1; --page: #16191d; --panel: #20242a; --line: #363c45;
    --bar: #71829b; --bad: #ff8a80; --good: #7bd69b; --doubt: #f0b958;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main, footer { max-width: 860px; margin: 0 auto; padding: 0 20px; }
h1 { margin: 4px 0 8px; font-size: 22px; line-height: 1.3; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 32px 0 10px; font-size: 17px; }
h3 { margin: 0 0 10px; font-size: 15px; overflow-wrap: anywhere; }
ul { margin: 8px 0; padding-left: 20px; }
.verdict { margin-top: 24px; padding: 16px 20px; background: var(--panel); border-left: 6px solid var(--tone); border-radius: 6px; }
.verdict > .badge { margin: 0; color: var(--tone); font-weight: 700; text-transform: uppercase; letter-spacing: 0.06em; }
.infected { --tone: var(--bad); } .clean { --tone: var(--good); } .inconclusive { --tone: var(--doubt); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 16px 0 0; }
.figures div { padding: 10px 14px; background: var(--panel); border-radius: 6px; }
.figures dt { color: var(--muted); font-size: 13px; }
.figures dd { margin: 0; font-size: 19px; font-variant-numeric: tabular-nums; }
.chart { display: block; width: 100%; height: auto; }
.chart .bar { fill: var(--bar); } .chart .bar.flagged { fill: var(--bad); }
.chart .grid { stroke: var(--line); } .chart .axis { stroke: var(--muted); }
.chart .threshold { stroke: var(--text); stroke-dasharray: 5 4; }
.chart .tick { fill: var(--muted); font-size: 11px; }
.chart polyline { fill: none; stroke-width: 2.5; }
.chart .accuracy, .key .accuracy { stroke: var(--good); color: var(--good); }
.chart .success, .key .success { stroke: var(--bad); color: var(--bad); stroke-dasharray: 7 3; }
.note, figcaption { color: var(--muted); font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 12px; }
.card { padding: 14px; border: 1px solid var(--line); border-radius: 6px; }
.card.flagged { border-color: var(--bad); }
.card .badge { color: var(--bad); font-size: 12px; font-weight: 700; text-transform: uppercase; letter-spacing: 0.06em; }
.card p { margin: 10px 0 0; font-size: 13px; }
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px; }
figure { margin: 0; }
figure img { display: block; width: 100%; height: auto; }
img { image-rendering: pixelated; background: #000; border: 1px solid var(--line); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 3px 10px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: middle; }
thead th { color: var(--muted); font-size: 13px; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
td:first-child, thead th:first-child, th[scope='row'], thead th:nth-child(2) { text-align: left; }
td:last-child { text-align: left; color: var(--muted); font-size: 13px; }
td img { display: block; }
.numbers td, .numbers td:last-child, .numbers thead th:nth-child(n + 2) { text-align: right; color: inherit; font-size: inherit; }
tr.flagged th, tr.flagged td { color: var(--bad); font-weight: 600; }
.details th, .details td, .details td:last-child { text-align: left; vertical-align: top; color: inherit; font-size: 14px; overflow-wrap: anywhere; }
.details th { width: 130px; color: var(--muted); }
footer { margin-top: 36px; padding-bottom: 30px; color: var(--muted); font-size: 13px; }
`;

/** SHA-256 of the style, as the content security policy names it; a test keeps it true. */
export const HTML_STYLE_HASH = 'sha256-esHYHQ/m+I8TCAXIyri4ZVThWpYXVh0A1Ybzq8bPf/s=';
