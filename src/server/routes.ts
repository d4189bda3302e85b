import { openApi } from './openapi.js';
import type { Route } from './route.js';
import { cameraRoutes } from './routes/cameras.js';
import { documents, openApiRoute } from './routes/documents.js';
import { health } from './routes/health.js';
import { pictures } from './routes/pictures.js';
import { trainingRoutes } from './routes/trainings.js';
import type { Services } from './services.js';

/** All routes, the document that describes them included. */
export function routesOf(services: Services): Route[] {
  const own = [health, documents, cameraRoutes, pictures, trainingRoutes];
  const routes = own.flatMap((some) => some(services));
  const document = openApi([...routes, openApiRoute(() => ({}))], services.version);
  return [...routes, openApiRoute(() => document)];
}
