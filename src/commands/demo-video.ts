import { fileURLToPath } from 'node:url';

/** The rendered street that is shown where no camera is named; `npm run demo` draws it anew from the scene `DEMO`. */
export const DEMO_VIDEO = fileURLToPath(new URL('../../demo/street.mp4', import.meta.url));
