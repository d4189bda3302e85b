// Writes config/lookout.yaml and config/lookout.schema.json anew from the schema in src/config: `npm run config`.
import { writeFileSync } from 'node:fs';
import { jsonSchemaText, manual } from '#config/manual.js';

writeFileSync('config/lookout.yaml', manual());
writeFileSync('config/lookout.schema.json', jsonSchemaText());
