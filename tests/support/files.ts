import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files below a folder whose bytes hold a text. */
export async function filesHolding(folder: string, text: string): Promise<string[]> {
  const needle = Buffer.from(text);
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // A server may have removed it since it was listed.
    const bytes = await readFile(file).catch(() => Buffer.of());
    if (bytes.includes(needle)) found.push(file);
  }
  return found;
}
