import { findProgram } from '../../src/app/local/program.ts';

/** The path of a Chromium for playwright-core, which brings none. A test without one fails. */
export function findChromium(): string {
  return findProgram(
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    'apt-get install chromium',
  );
}
