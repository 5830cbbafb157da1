import { fileURLToPath } from 'node:url';

/**
 * The folder that holds `config`, `templates` and `package.json`; `src` and `dist` are equally deep
 * in it.
 */
const ROOT = new URL('../../', import.meta.url);

/** The absolute path of a file or folder of the project. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(relative, ROOT));
}
