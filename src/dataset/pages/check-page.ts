import { basename } from 'node:path';
import { Random } from '#core/random.js';
import type { Dataset, Sample } from '../dataset.js';
import { countFaults, type Fault } from '../fault.js';
import { type DatasetStatistics, statisticsOf } from '../statistics.js';
import { figure, smallJpeg } from './drawn-picture.js';
import { bars, headlines, page, section, table } from './html.js';

/** Faults that the page lists; the terminal lists all. */
const MOST_FAULTS = 1000;

/** The page of `lookout dataset check`: statistics, faults, and pictures with their labels drawn. */
export async function checkPage(
  dataset: Dataset,
  faults: readonly Fault[],
  { pictures = 24, seed = 1 }: { readonly pictures?: number; readonly seed?: number } = {},
): Promise<string> {
  const statistics = statisticsOf(dataset);
  const random = new Random(seed);
  const shuffled = random.shuffle([...dataset.samples]);
  const faulty = new Set(faults.map(({ file, picture }) => picture ?? file));
  const suspects = shuffled.filter(({ file }) => faulty.has(file)).slice(0, pictures);
  return page(`Data set ${dataset.name}`, [
    overview(dataset, statistics, faults.length),
    section('Classes', classTable(statistics)),
    `<div class="columns">${[
      section('Objects per picture', bars(statistics.objectsPerPicture, ['0', '20 and more'])),
      section('Size of objects: side relative to the picture', bars(statistics.relativeSizes, ['0', '1'])),
    ].join('')}</div>`,
    faultSection(faults),
    ...(suspects.length > 0 ? [section('Pictures with faults', await gallery(suspects, dataset))] : []),
    section('Pictures', await gallery(shuffled.slice(0, pictures), dataset)),
  ]);
}

function overview(
  { format }: Dataset,
  { pictures, objects, empty, splits, sizes }: DatasetStatistics,
  faults: number,
): string {
  const parts = Object.entries(splits).map(([split, count]) => `${split} ${count}`);
  const common = sizes.slice(0, 3).map(([size, count]) => `${size} (${count})`);
  const more = sizes.length > 3 ? ` and ${sizes.length - 3} more` : '';
  return headlines([
    [pictures, 'pictures', parts.join(', ')],
    [objects, 'objects', `${(objects / Math.max(1, pictures)).toFixed(1)} a picture`],
    [empty, 'without objects', 'pictures'],
    [sizes.length, sizes.length === 1 ? 'size' : 'sizes', `${common.join(', ')}${more}`],
    [faults, 'faults', faults === 0 ? 'none' : 'listed below'],
    [format.toUpperCase(), 'format'],
  ]);
}

function classTable({ classes }: DatasetStatistics): string {
  const head = [
    'class',
    'objects',
    'pictures',
    'small',
    'medium',
    'large',
    'crowds',
    'difficult',
    'median width',
    'median height',
  ];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = classes.map((one) => [
    one.label,
    one.objects,
    one.pictures,
    one.small,
    one.medium,
    one.large,
    one.crowds,
    one.difficult,
    ...one.medianSize.map(percent),
  ]);
  return table(head, rows);
}

function faultSection(faults: readonly Fault[]): string {
  if (faults.length === 0) return section('Faults', '<p>None.</p>');
  const counts = [...countFaults(faults)].map(([kind, count]) => `${kind} ${count}`).join(', ');
  const rows = faults
    .slice(0, MOST_FAULTS)
    .map(({ kind, effect, file, line, message }) => [
      kind,
      effect,
      `${file}${line === undefined ? '' : `:${line}`}`,
      message,
    ]);
  const more = faults.length > MOST_FAULTS ? `<p>The first ${MOST_FAULTS} of ${faults.length}.</p>` : '';
  return section(
    `Faults: ${counts}`,
    more,
    table(['fault', 'effect', 'where', 'what'], rows, ['fault', 'effect', 'where', 'what']),
  );
}

async function gallery(samples: readonly Sample[], { labels }: Dataset): Promise<string> {
  const figures: string[] = [];
  for (const { file, size, annotations, split } of samples) {
    try {
      const caption = `${basename(file)}${split === undefined ? '' : ` (${split})`}`;
      figures.push(figure({ jpeg: await smallJpeg(file), size, annotations, labels, caption }));
    } catch {
      // A picture that cannot be drawn is among the faults already.
    }
  }
  return `<div class="pictures">${figures.join('\n')}</div>`;
}
