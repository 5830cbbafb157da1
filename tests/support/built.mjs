import { setUp } from '../../scripts/setup.mjs';

/** Tests that start processes run what is built: it must be of today. */
export async function setup() {
  await setUp('build');
}
