const SCALES = {
  s: [
    [86_400, ' d'],
    [3_600, ' h'],
    [60, ' min'],
    [1, ' s'],
    [0.001, ' ms'],
  ],
  bytes: [
    [1024 ** 3, ' GiB'],
    [1024 ** 2, ' MiB'],
    [1024, ' KiB'],
    [1, ' B'],
  ],
} as const;

/** A number as Grafana shows it with one of the units that the dashboards use. */
export function shownValue(value: number, unit: string, decimals?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  switch (unit) {
    case 's':
      return scaled(value, SCALES.s, decimals);
    case 'bytes':
      return scaled(value, SCALES.bytes, decimals);
    case 'Bps':
      return `${scaled(value, SCALES.bytes, decimals)}/s`;
    case 'ops':
    case 'reqps':
      return `${number(value)}/s`;
    case 'percentunit':
      return `${number(value * 100)} %`;
    case 'bool_yes_no':
      return value === 0 ? 'No' : 'Yes';
    case 'dateTimeAsIso':
      return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
    default:
      return number(value);
  }
}

function scaled(
  value: number,
  scale: readonly (readonly [from: number, name: string])[],
  decimals?: number,
): string {
  const [from, name] = scale.find(([each]) => Math.abs(value) >= each) ?? scale.at(-1) ?? [1, ''];
  if (value === 0) return `0${scale.find(([each]) => each === 1)?.[1] ?? ''}`;
  return `${decimals === undefined ? number(value / from) : (value / from).toFixed(decimals)}${name}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
