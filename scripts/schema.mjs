// Writes the JSON Schemas by which editors complete and check segments and campaigns.
// Run it after `npm run build`, when src/rules/schema.ts or src/campaign/schema.ts has changed.
import { writeFileSync } from 'node:fs';
import { campaignJsonSchema } from '../dist/campaign/schema.js';
import { segmentJsonSchema } from '../dist/rules/schema.js';

const schemas = { campaign: campaignJsonSchema(), segment: segmentJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../config/${name}.schema.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
