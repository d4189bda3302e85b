import { LookoutError, messageOf } from '#core/errors.js';
import type { Size } from '#core/size.js';
import type { AddOptions } from '#runtime/add-model.js';

/** Options that say how a bare ONNX file is read. */
export interface ReadingOptions {
  readonly preset?: string;
  readonly labels?: string;
  readonly anchors?: string;
  readonly imgsz?: number | Size;
}

/** Label file and anchors, read and parsed. @throws LookoutError kind `config` */
export async function readingOf(
  options: ReadingOptions,
): Promise<Pick<AddOptions, 'preset' | 'labels' | 'anchors' | 'imgsz'>> {
  const [{ readLabels }, { parseAnchors }] = await Promise.all([
    import('#runtime/labels.js'),
    import('#runtime/presets/anchors.js'),
  ]);
  const { preset, labels, anchors, imgsz } = options;
  try {
    return {
      preset,
      imgsz,
      labels: labels === undefined ? undefined : await readLabels(labels),
      anchors: anchors === undefined ? undefined : parseAnchors(anchors),
    };
  } catch (error) {
    if (error instanceof RangeError)
      throw new LookoutError('config', `--anchors: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}
