import { describe, expect, it } from 'vitest';
import { heatMap } from '#training/report/heat-map.js';
import { lineChart } from '#training/report/line-chart.js';
import { colourOf, escapeMarkup, figure } from '#training/report/markup.js';
import { renderPage, table } from '#training/report/page.js';
import { historyCsv, trainingSections } from '#training/report/training-page.js';
import { axisOf, tickText } from '#vision/plot/axis.js';

describe('axes', () => {
  it.each([
    { why: 'round steps around the values', values: [0.03, 0.97], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { why: 'steps of five', values: [0, 23], ticks: [0, 5, 10, 15, 20, 25] },
    { why: 'one value alone', values: [3], ticks: [3, 4, 5, 6] },
    { why: 'no value', values: [], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { why: 'values that are none', values: [Number.NaN, Number.POSITIVE_INFINITY], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { why: 'below zero', values: [-7, 2], ticks: [-8, -6, -4, -2, 0, 2] },
  ])('have $why', ({ values, ticks }) => {
    const axis = axisOf({ values, range: [0, 100] });
    expect(axis.ticks.map((tick) => Number(tick.toFixed(6)))).toEqual(ticks);
    expect(axis.place(axis.low)).toBe(0);
    expect(axis.place(axis.high)).toBeCloseTo(100, 9);
  });

  it('write numbers short', () => {
    expect([0, 0.1 + 0.2, 1500, 2e-5, 1.5e7, -0.25].map(tickText)).toEqual([
      '0',
      '0.3',
      '1500',
      '2e-5',
      '1.5e7',
      '-0.25',
    ]);
  });
});

describe('markup', () => {
  it('never lets a label become a tag', () => {
    expect(escapeMarkup('<b>"a" & \'b\'</b>')).toBe('&#60;b&#62;&#34;a&#34; &#38; &#39;b&#39;&#60;/b&#62;');
    const chart = {
      title: '<x>',
      xLabel: '<x>',
      yLabel: '<x>',
      series: [
        { name: '<x>', x: [0], y: [0] },
        { name: '<y>', x: [0], y: [1] },
      ],
    };
    const map = { title: '<x>', rowsAre: '<x>', columnsAre: '<x>', rows: ['<x>'], columns: ['<x>'], counts: [1] };
    const page = renderPage({
      title: '<x>',
      subtitle: '<x>',
      headlines: [{ value: '<x>', name: '<x>', note: '<x>' }],
      sections: [],
      footer: '<x>',
    });
    for (const text of [lineChart(chart), heatMap(map), page]) expect(text).not.toMatch(/<[xy]>/);
  });

  it('says that there is no figure instead of printing one', () => {
    expect([0.1234, -1, Number.NaN, undefined].map((value) => figure(value))).toEqual(['0.123', '–', '–', '–']);
  });

  it('tells many classes apart', () => {
    expect(new Set(Array.from({ length: 80 }, (_, n) => colourOf(n))).size).toBe(80);
  });
});

describe('plots', () => {
  it('leave a gap where there is no value, and clip what is beyond', () => {
    const svg = lineChart({
      title: 't',
      xLabel: 'x',
      yLabel: 'y',
      yRange: [0, 1],
      series: [{ name: 'a', x: [0, 1, 2, 3], y: [0.5, Number.NaN, 7, 0.2] }],
    });
    const path = /class="line s0" d="([^"]*)"/.exec(svg)![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain('NaN');
    expect(path).toContain(' 14L');
  });

  it('shade a cell by its share of the column, and leave an empty column blank', () => {
    const svg = heatMap({
      title: 't',
      rowsAre: 'r',
      columnsAre: 'c',
      rows: ['a', 'b'],
      columns: ['c', 'd'],
      counts: [3, 0, 1, 0],
    });
    expect(svg.match(/fill-opacity:[\d.]+/g)).toEqual([
      'fill-opacity:0.750',
      'fill-opacity:0.000',
      'fill-opacity:0.250',
      'fill-opacity:0.000',
    ]);
  });

  it('make tables with a total', () => {
    expect(table(['a'], [['1']], ['2'])).toContain('<tr><td>1</td></tr><tr class="all"><td>2</td></tr>');
  });
});

describe('the curves of a run', () => {
  const record = { losses: { box: 0.5, total: 0.9 }, rate: 0.001, size: 320, trainedSeconds: 12.34 };

  it('show what there is: nothing at all, losses alone, or all of it', () => {
    expect(trainingSections([])).toEqual([]);
    const figures = (history: Parameters<typeof trainingSections>[0]): number =>
      trainingSections(history)[0]!.body.match(/<figure/g)!.length;
    expect(figures([{ epoch: 0, ...record }])).toBe(2);
    expect(figures([{ epoch: 0, ...record, AP: 0.1, AP50: 0.2 }])).toBe(3);
  });

  it('become a table with a gap where nobody looked', () => {
    const csv = historyCsv([
      { epoch: 0, ...record },
      { epoch: 1, ...record, AP: 0.1, AP50: 0.2 },
    ]);
    expect(csv).toBe(
      'epoch,box,total,AP,AP50,rate,size,trainedSeconds\r\n1,0.5,0.9,,,0.001,320,12.3\r\n2,0.5,0.9,0.1,0.2,0.001,320,12.3\r\n',
    );
  });
});
