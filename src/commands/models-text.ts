import type { DeviceReport } from '#core/engine.js';
import type { NetworkTable } from '#onnx/inspect/table.js';
import type { Dim } from '#onnx/model.js';

/** Lines of cells, each column as wide as its widest cell; columns named in `right` are aligned to the right. */
export function columnsOf(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function shapeText(dims: readonly Dim[] | undefined): string {
  return dims ? `[${dims.map((dim) => dim || '?').join(', ')}]` : '?';
}

function number(value: number | undefined): string {
  return value === undefined ? '?' : value.toLocaleString('en');
}

/** 1234567 as `1.23 M`. */
export function scaled(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const [size, unit] = units.find(([each]) => value >= each) ?? [1, ''];
  return unit === '' ? String(value) : `${(value / size).toPrecision(3)} ${unit}`;
}

/** Every layer with its operator, output shape, size, parameters and FLOPs, and the totals. */
export function networkText({ rows, parameters, flops, macs, complete }: NetworkTable): string {
  const lines = rows.map((row) => [
    row.layer,
    row.op,
    shapeText(row.output),
    number(row.size),
    number(row.parameters),
    number(row.flops),
  ]);
  const heading = ['LAYER', 'OPERATOR', 'OUTPUT', 'SIZE', 'PARAMETERS', 'FLOPS'];
  const totals = [
    `${rows.length} layers`,
    `${number(parameters)} parameters`,
    `${scaled(flops)}FLOPs (${scaled(macs)}MACs)${complete ? '' : ', without the layers whose size is free'}`,
  ];
  return `${columnsOf([heading, ...lines], [3, 4, 5])}\n${totals.join(', ')}`;
}

/** What really ran, and why nothing faster did. */
export function deviceText({ asked, ran, fellBack }: DeviceReport): string {
  const reasons = fellBack.map((reason) => `\n  not ${reason}`).join('');
  return `device: asked for ${asked}, ran on ${ran}${reasons}`;
}
