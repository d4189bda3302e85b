import type { Size } from '#core/size.js';
import { type Drawing, drawOverlay, type Look } from './overlay.js';

/**
 * A camera's picture and what is drawn over it: two canvases that always change in one task, so that the browser shows both
 * or neither. What lies over a picture can be drawn anew without it, which is how filters act on a frozen one.
 */
export class Screen {
  readonly element = document.createElement('div');
  readonly #picture = document.createElement('canvas');
  readonly #overlay = document.createElement('canvas');
  readonly #pictureContext = this.#picture.getContext('2d', { alpha: false })!;
  readonly #overlayContext = this.#overlay.getContext('2d')!;
  #drawing: Drawing | undefined;
  #look: Look;
  #area: Size = { width: 0, height: 0 };
  #ratio = 1;
  /** Whether pictures keep all their pixels, whatever the size on the page. */
  full = false;

  constructor(look: Omit<Look, 'ratio'>) {
    this.#look = { ...look, ratio: 1 };
    this.element.className = 'screen';
    this.#picture.className = 'picture';
    this.#overlay.className = 'overlay';
    this.#picture.setAttribute('aria-hidden', 'true');
    this.#overlay.setAttribute('aria-hidden', 'true');
    this.element.append(this.#picture, this.#overlay);
    this.#observe();
  }

  /** Of what lies over the picture now. */
  get drawing(): Drawing | undefined {
    return this.#drawing;
  }

  set look(look: Omit<Look, 'ratio'>) {
    this.#look = { ...look, ratio: this.#ratio };
    this.#redraw();
  }

  /** Shows a picture and its boxes. */
  paint(source: CanvasImageSource, size: Size, drawing: Drawing | undefined): void {
    const scale = this.full ? 1 : Math.min(1, this.#area.width / size.width || 1);
    const width = Math.max(1, Math.round(size.width * scale));
    const height = Math.max(1, Math.round(size.height * scale));
    if (this.#picture.width !== width || this.#picture.height !== height) {
      Object.assign(this.#picture, { width, height });
    }
    this.#pictureContext.drawImage(source, 0, 0, width, height);
    this.#drawing = drawing;
    this.#redraw();
  }

  /** The picture with its boxes as a PNG file, in the picture's own pixels. */
  async snapshot(): Promise<Blob> {
    const { width, height } = this.#picture;
    const canvas = new OffscreenCanvas(width, height);
    drawOverlay(canvas.getContext('2d')!, { width, height }, this.#drawing, { ...this.#look, ratio: 1 });
    const whole = new OffscreenCanvas(width, height);
    const context = whole.getContext('2d')!;
    context.drawImage(this.#picture, 0, 0);
    context.drawImage(canvas, 0, 0);
    return whole.convertToBlob({ type: 'image/png' });
  }

  #observe(): void {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      const exact = entry!.devicePixelContentBoxSize?.[0];
      const area = exact && { width: exact.inlineSize, height: exact.blockSize };
      const ratio = area && width > 0 ? area.width / width : devicePixelRatio;
      this.#resized(area ?? { width: Math.round(width * ratio), height: Math.round(height * ratio) }, ratio);
    });
    try {
      observer.observe(this.element, { box: 'device-pixel-content-box' });
    } catch {
      // A browser that does not know this box measures in CSS pixels.
      observer.observe(this.element);
    }
  }

  #resized(area: Size, ratio: number): void {
    this.#ratio = ratio;
    this.#area = area;
    Object.assign(this.#overlay, area);
    this.#look = { ...this.#look, ratio: this.#ratio };
    this.#redraw();
  }

  #redraw(): void {
    drawOverlay(this.#overlayContext, this.#area, this.#drawing, this.#look);
  }
}
