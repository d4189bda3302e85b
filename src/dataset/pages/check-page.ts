import { Random } from '#core/random.js';
import type { Dataset, Sample } from '../dataset.js';
import { countFaults, type Fault } from '../fault.js';
import { type DatasetStatistics, statisticsOf } from '../statistics.js';
import { figure, smallJpeg } from './drawn-picture.js';
import { bars, page, section, table } from './html.js';

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
  const faulty = new Set(faults.map(({ file }) => file));
  const suspects = shuffled.filter(({ file }) => faulty.has(file)).slice(0, pictures);
  return page(`Data set ${dataset.name}`, [
    overview(dataset, statistics),
    section('Classes', classTable(statistics)),
    section('Objects per picture', bars(statistics.objectsPerPicture, ['0', '20 and more'])),
    section('Size of objects: side relative to the picture', bars(statistics.relativeSizes, ['0', '1'])),
    faultSection(faults),
    ...(suspects.length > 0 ? [section('Pictures with faults', await gallery(suspects, dataset))] : []),
    section('Pictures', await gallery(shuffled.slice(0, pictures), dataset)),
  ]);
}

function overview({ format }: Dataset, { pictures, objects, empty, splits, sizes }: DatasetStatistics): string {
  const parts = Object.entries(splits).map(([split, count]) => `${split} ${count}`);
  const common = sizes.slice(0, 5).map(([size, count]) => `${size} (${count})`);
  const rows = [
    ['format', format],
    ['pictures', pictures],
    ['objects', objects],
    ['pictures without objects', empty],
    ['splits', parts.join(', ')],
    ['sizes', common.join(', ') + (sizes.length > 5 ? ` and ${sizes.length - 5} more` : '')],
  ] as const;
  return table(['', 'count'], rows);
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
    table(['fault', 'effect', 'where', 'what'], rows, ['effect', 'where', 'what']),
  );
}

async function gallery(samples: readonly Sample[], { labels }: Dataset): Promise<string> {
  const figures: string[] = [];
  for (const { file, size, annotations, split } of samples) {
    try {
      const caption = `${file}${split === undefined ? '' : ` (${split})`}`;
      figures.push(figure({ jpeg: await smallJpeg(file), size, annotations, labels, caption }));
    } catch {
      // A picture that cannot be drawn is among the faults already.
    }
  }
  return `<div class="pictures">${figures.join('\n')}</div>`;
}
