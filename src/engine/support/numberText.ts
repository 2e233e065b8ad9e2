/** @file How figures are written for people; one place, so that every surface says the same. */

/** `1,234.5`: at most `digits` decimals, thousands separated. */
export function formatNumber(value: number, digits = 1): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A decimal figure with a fixed number of decimals, `–` where there is none. */
export function formatFixed(value: number | undefined, digits: number): string {
  return value === undefined
    ? '–'
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** An L1 norm in pixels: `14.2`, or `≤ 98.0` where the inversion was stopped early and would have found a smaller trigger. */
export function formatNorm({ l1, stopped }: { readonly l1?: number; readonly stopped?: true }): string {
  return `${stopped === true && l1 !== undefined ? '≤ ' : ''}${formatFixed(l1, 1)}`;
}

/** `97.4 %` of a share 0–1, `–` where there is none. */
export function formatPercent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** Two significant digits, `< 0.0001` below that, `–` where there is none. */
export function formatPValue(p: number | undefined): string {
  if (p === undefined) return '–';
  if (p < 0.0001) return '< 0.0001';
  return p >= 0.1 ? p.toFixed(2) : String(Number(p.toPrecision(2)));
}

/** `p = 0.012`, `p < 0.0001`. */
export function formatPEquation(p: number): string {
  const text = formatPValue(p);
  return text.startsWith('<') ? `p ${text}` : `p = ${text}`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
