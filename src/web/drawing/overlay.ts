import type { DetectionRecord, ObservationRecord } from '#core/record.js';
import type { Size } from '#core/size.js';
import { colourOf, textColourOn } from '#vision/colours.js';
import type { Filter } from '../state/filter.js';
import { passes } from '../state/filter.js';
import { contain, type Fit } from './fit.js';
import { labelTexts, placeLabel, type Rectangle } from './labels.js';
import type { Trail } from './trails.js';

/** What is drawn over a picture. */
export interface Drawing {
  readonly observation: ObservationRecord;
  /** Of the picture as it is shown: not always that of the analysed frame. */
  readonly picture: Size;
  /** Boxes that were not computed from this very frame are dashed. */
  readonly marked: boolean;
  readonly trails: readonly Trail[];
}

export interface Marks {
  readonly labels: boolean;
  readonly ids: boolean;
  readonly scores: boolean;
  readonly landmarks: boolean;
  readonly trails: boolean;
}

export interface Look {
  readonly filter: Filter;
  readonly marks: Marks;
  /** Device pixels per CSS pixel, for lines and letters. */
  readonly ratio: number;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const CASING = 'rgba(0, 0, 0, 0.55)';
/** A point that the model itself hardly believes in is not drawn. */
const LEAST_VISIBILITY = 0.3;

/** Draws boxes, labels, landmarks and trails, for an area that holds the picture as `object-fit: contain` does. */
export function drawOverlay(context: Context, area: Size, drawing: Drawing | undefined, look: Look): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, area.width, area.height);
  if (drawing === undefined) return;
  const { observation, picture, marked, trails } = drawing;
  const fit = contain(observation.frame, picture, area);
  const shown = observation.detections.filter((detection) => passes(detection, look.filter));
  const unit = look.ratio * Math.min(1.6, Math.max(0.8, area.width / look.ratio / 900));
  context.lineJoin = 'round';
  context.lineCap = 'round';
  if (look.marks.trails) {
    const ids = new Set(shown.map(({ track_id }) => track_id));
    for (const trail of trails) if (ids.has(trail.trackId)) drawTrail(context, trail, fit, unit);
  }
  for (const detection of shown) drawBox(context, rectangleOf(detection, fit), detection, { unit, marked });
  if (look.marks.landmarks) for (const detection of shown) drawLandmarks(context, detection, fit, unit);
  drawLabels(context, shown, { area, fit, unit, look, marked });
}

function rectangleOf({ box: [x1, y1, x2, y2] }: DetectionRecord, { scaleX, scaleY, left, top }: Fit): Rectangle {
  return { x: left + x1 * scaleX, y: top + y1 * scaleY, width: (x2 - x1) * scaleX, height: (y2 - y1) * scaleY };
}

function drawBox(
  context: Context,
  { x, y, width, height }: Rectangle,
  { label }: DetectionRecord,
  { unit, marked }: { readonly unit: number; readonly marked: boolean },
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(3 * unit, width / 4, height / 4));
  context.setLineDash(marked ? [7 * unit, 5 * unit] : []);
  context.lineWidth = 4 * unit;
  context.strokeStyle = CASING;
  context.stroke();
  context.lineWidth = 2 * unit;
  context.strokeStyle = colourOf(label).hex;
  context.stroke();
  context.setLineDash([]);
}

function drawLandmarks(context: Context, { landmarks, label }: DetectionRecord, fit: Fit, unit: number): void {
  for (const [x, y, visibility] of landmarks ?? []) {
    if (visibility < LEAST_VISIBILITY) continue;
    context.beginPath();
    context.arc(fit.left + x * fit.scaleX, fit.top + y * fit.scaleY, 2.5 * unit, 0, 2 * Math.PI);
    context.fillStyle = colourOf(label).hex;
    context.strokeStyle = CASING;
    context.lineWidth = 2 * unit;
    context.stroke();
    context.fill();
  }
}

function drawTrail(context: Context, { points, label }: Trail, { scaleX, scaleY, left, top }: Fit, unit: number): void {
  const colour = colourOf(label).hex;
  context.lineWidth = 2.5 * unit;
  context.strokeStyle = colour;
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (before === undefined) continue;
    context.globalAlpha = Math.max(0, 1 - point.age) * 0.8;
    context.beginPath();
    context.moveTo(left + before.x * scaleX, top + before.y * scaleY);
    context.lineTo(left + point.x * scaleX, top + point.y * scaleY);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Where more objects are seen, labels that would hide others are left out: the colour says what it is, too. */
const CROWD = 12;

interface Surroundings {
  readonly area: Size;
  readonly fit: Fit;
  readonly unit: number;
  readonly look: Look;
  readonly marked: boolean;
}

/** Labels come last, so that no box crosses one; the surest ones choose their places first. */
function drawLabels(context: Context, shown: readonly DetectionRecord[], around: Surroundings): void {
  const { area, fit, unit, look, marked } = around;
  const height = 18 * unit;
  const taken: Rectangle[] = [];
  context.font = `600 ${12 * unit}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const whole = { x: 0, y: 0, width: area.width, height: area.height };
  for (const detection of shown) {
    const texts = labelTexts(detection, look.marks);
    if (texts.length === 0) continue;
    const box = rectangleOf(detection, fit);
    const room = Math.max(box.width * 1.5, 70 * unit);
    const widthOf = (text: string) => context.measureText(text).width + 10 * unit;
    const text = texts.find((candidate) => widthOf(candidate) <= room) ?? texts.at(-1)!;
    if (shown.length > CROWD && widthOf(text) > 1.5 * box.width) continue;
    const place = placeLabel(box, { width: widthOf(text), height }, whole, taken);
    if (place === undefined) continue;
    taken.push(place);
    const colour = colourOf(detection.label);
    context.globalAlpha = marked ? 0.8 : 0.94;
    context.fillStyle = colour.hex;
    context.beginPath();
    context.roundRect(place.x, place.y, place.width, place.height, 4 * unit);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = textColourOn(colour).hex;
    context.fillText(text, place.x + 5 * unit, place.y + height / 2 + 0.5 * unit);
  }
}
