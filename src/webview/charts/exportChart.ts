/** @file A chart as a file of its own: the theme's colours are written into it. */
import { post } from '../vscodeApi';

/** What the style sheet decides and a lone SVG file must carry itself. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
] as const;
const PNG_SCALE = 2;

/** Asks the host to save the chart; `name` is proposed as file name. */
export async function exportChart(chart: SVGSVGElement, name: string, format: 'svg' | 'png'): Promise<void> {
  const markup = standalone(chart);
  const data = format === 'svg' ? markup : await rasterise(markup, chart.clientWidth, chart.clientHeight);
  post({ type: 'exportChart', format, name, data });
}

function standalone(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = chart.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, i) => {
    const original = originals[i];
    if (original === undefined) return;
    const style = getComputedStyle(original);
    for (const property of PROPERTIES) element.setAttribute(property, style.getPropertyValue(property));
    element.removeAttribute('class');
  });
  for (const cursor of copy.querySelectorAll('[data-cursor]')) cursor.remove();
  const background = document.createElementNS(chart.namespaceURI, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(document.body).getPropertyValue('--vscode-editor-background'));
  copy.prepend(background);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

/** Base64 of the PNG. */
async function rasterise(markup: string, width: number, height: number): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
