// Writes config/segment.schema.json, by which editors complete and check segments.
// Run it after `npm run build`, when src/rules/schema.ts has changed.
import { writeFileSync } from 'node:fs';
import { segmentJsonSchema } from '../dist/rules/schema.js';

const file = new URL('../config/segment.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(segmentJsonSchema(), null, 2)}\n`);
