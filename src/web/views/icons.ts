import { html, svg, type TemplateResult } from 'lit-html';

const PATHS = {
  sliders: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  curve: 'M4 4v16h16M7.5 15l3.5-4 3 2.5L20 7',
  plus: 'M12 5v14M5 12h14',
  help: 'M9.2 9.2a2.9 2.9 0 1 1 4 2.7c-.8.3-1.2.9-1.2 1.8v.4M12 17.4v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.8v14.4L19 12 7 4.8Z',
  snapshot:
    'M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.4-2h5.2L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-9ZM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z',
  expand: 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5',
  shrink: 'M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12M18 6L6 18',
  webcam: 'M12 16.5a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM12 12.7a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM7 20.5h10',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v6M13.5 10.5v6',
  offline: 'M3 3l18 18M8.5 15.5a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4-2.4M19 12a10 10 0 0 0-6.5-3M12 19.5v.1',
  cable: 'M5 4v6a4 4 0 0 0 4 4h6a4 4 0 0 1 4 4v2M3 4h4M17 20h4',
  clapper: 'M4 10h16v9.5H4V10ZM4 10l-.8-3.6L18.6 3l.8 3.4L4 10ZM8 5.3l2.4 3.2M13 4.2l2.4 3.2',
  dark: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z',
  light:
    'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v1.6M12 19.4V21M3 12h1.6M19.4 12H21M5.6 5.6l1.2 1.2M17.2 17.2l1.2 1.2M5.6 18.4l1.2-1.2M17.2 6.8l1.2-1.2',
  auto: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 3.5v17M14 5v14M16 6.3v11.4M18 8.3v7.4M13 4v16M15 5.5v13M17 7.2v9.6M19 10v4',
  leave: 'M14 8V4.5H5v15h9V16M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5',
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${PATHS[name]}></path>`}</svg>`;
}

/** A lighthouse whose light is the lens of a camera. */
export function logo(): TemplateResult {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect class="ground" width="32" height="32" rx="8"></rect>
    <path class="beam" d="M16 11 2 5.5v11L16 11ZM16 11l14-5.5v11L16 11Z"></path>
    <path class="tower" d="M12.6 16h6.8l2.1 11h-11l2.1-11Z"></path>
    <circle class="lens" cx="16" cy="11" r="4.6"></circle>
    <circle class="glint" cx="16" cy="11" r="1.8"></circle>
  </svg>`;
}

/** A spot in the colour of a class. */
export function swatch(colour: string): TemplateResult {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
    <rect width="10" height="10" rx="3" fill=${colour}></rect>
  </svg>`;
}
