/**
 * The attributes whose values stay out of the log (docs/privacy.md): whole names, at the top level
 * of `traits`.
 */
export type PrivateNames = ReadonlySet<string>;

export const NO_PRIVATE_NAMES: PrivateNames = new Set();

/** So many can be private at most: each is looked for in every message that bears traits. */
const NAMES_MAX = 32;
const NAME_LENGTH_MAX = 64;

/** Wildcards and paths are no names; engines read the time zone themselves. */
const NO_NAME = /[.*[\]"']|^timezone$/;

/**
 * Reads `email firstName` or `email, firstName`.
 *
 * @returns undefined when it is no list of names that can be private
 */
export function parsePrivateNames(text: string): PrivateNames | undefined {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const areNames = names.every((name) => name.length <= NAME_LENGTH_MAX && !NO_NAME.test(name));
  return areNames && names.length <= NAMES_MAX ? new Set(names) : undefined;
}
