import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { engineOf, membersOf, modelMembersOf, modelOf } from '../support/case-run.ts';
import type { Case } from './arbitrary.ts';
import { toInput } from './command.ts';

/*
 * Cases that once failed, or that are hard, each a file of `regressions/`: engine and model must
 * agree after every command. A new one is the counterexample of a failed property, as JSON.
 */

const FOLDER = new URL('regressions/', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function readCase(name: string): Case {
  // Written by a property's failure; nothing checks its shape but this test itself.
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Case;
}

test('there are cases', () => {
  expect(names).not.toEqual([]);
});

test.each(names)('%s', (name) => {
  const run = readCase(name);
  const [engine, model] = [engineOf(run), modelOf(run)];
  const moves = new Set<string>();
  for (const [step, command] of run.commands.entries()) {
    engine.apply(toInput(command));
    model.apply(command);
    const members = membersOf(run, engine);
    expect(members, `after command ${step}`).toEqual(modelMembersOf(run, model));
    moves.add(JSON.stringify(members));
  }
  // A case in which nobody ever moves would test nothing.
  expect(moves.size).toBeGreaterThan(1);
});
