import { join } from 'node:path';
import type { Engine } from '#core/engine.js';
import { messageOf } from '#core/errors.js';
import { inputSizes } from '#core/input-sizes.js';
import { expandInputs, type Input } from '#media/inputs.js';
import { openVideo } from '#media/open-video.js';
import type { DetectInput } from '#pipeline/detect-input.js';
import { resultNames } from '#pipeline/names.js';
import { fileDigest, valueDigest } from '#records/digest.js';
import { interruption } from './interrupt.js';
import type { Session } from './settings.js';

/** All pictures of a run share one set of result files. */
const PICTURES = 'images';
/** What came over the network is drawn from what was kept of it: a second connection would show other frames. */
const RECORDING = 'recording.nut';

/**
 * What a run works on: each video by itself, all pictures together, in the order given. What matches nothing fails when it
 * is opened, as the others do.
 */
export async function detectInputs(
  patterns: readonly string[],
  engine: Engine,
  session: Session,
): Promise<DetectInput[]> {
  const inputs = await expandInputs(patterns);
  const videos = inputs.filter(({ kind }) => kind === 'video');
  const pictures = inputs.filter(({ kind }) => kind === 'picture');
  const names = resultNames([...(pictures.length > 0 ? [PICTURES] : []), ...videos.map(({ name }) => name)]);
  const made: DetectInput[] = [];
  if (pictures.length > 0) made.push(await pictureInput(pictures, names.shift()!, engine, session));
  for (const [index, video] of videos.entries()) made.push(await videoInput(video, names[index]!, engine, session));
  return made;
}

async function videoInput(
  { source, name: label, fault }: Input,
  name: string,
  engine: Engine,
  session: Session,
): Promise<DetectInput> {
  if (fault) return { label, name, pictures: false, open: () => Promise.reject(fault) };
  const { fit, padding } = engine.card.input;
  const { fps, every, start, end } = session.settings.sampling;
  const { annotate } = session.settings.output;
  const isUrl = /^[a-z][a-z0-9+.-]+:\/\//i.test(source);
  const sha256 = isUrl ? undefined : await fileDigest(source).catch(() => undefined); // opening it says what is wrong
  return {
    label,
    name,
    pictures: false,
    ...(sha256 && { sha256 }),
    open: (last, _fault, directory) =>
      openVideo(source, {
        input: inputSizes(engine.card),
        fit,
        padding,
        logger: session.log,
        signal: interruption(), // connecting may take long
        ...(fps !== null && { fps }),
        every,
        ...(start > 0 && { start }),
        ...(end !== null && { end }),
        ...(last && { resume: last }),
        ...(isUrl && annotate && { record: join(directory, RECORDING) }),
      }),
    ...(annotate && {
      annotate: async ({ records, base, directory, signal }) => {
        const { annotatedVideo } = await import('./detect-annotate.js'); // brings a canvas: heavy
        const drawn = isUrl ? { source: join(directory, RECORDING), recorded: true } : { source, recorded: false };
        return annotatedVideo({ ...drawn, target: `${base}.annotated.mp4`, records, session, signal });
      },
    }),
  };
}

async function pictureInput(
  pictures: readonly Input[],
  name: string,
  engine: Engine,
  session: Session,
): Promise<DetectInput> {
  const { fit, padding } = engine.card.input;
  const paths = pictures.map(({ source }) => source);
  const digests: (string | null)[] = [];
  for (const path of paths) digests.push(await fileDigest(path).catch(() => null));
  return {
    label: paths.length === 1 ? pictures[0]!.name : `${paths.length} pictures`,
    name,
    pictures: true,
    sha256: valueDigest([paths, digests]),
    open: async (last, fault) => {
      const { openPictures } = await import('#media/open-pictures.js');
      return openPictures(paths, {
        input: inputSizes(engine.card),
        fit,
        padding,
        fault: (error) => fault(messageOf(error)),
        ...(last && { resume: last }),
      });
    },
    ...(session.settings.output.annotate && {
      annotate: async ({ records, base, fault, signal }) => {
        const { annotatedPictures } = await import('./detect-annotate.js');
        return annotatedPictures({ folder: `${base}.annotated`, records, paths, fault, signal });
      },
    }),
  };
}
