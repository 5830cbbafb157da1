import { Random } from '../../../src/app/shop/random.ts';
import {
  CLOSE,
  SILENCE,
  startScriptedSmtp,
  type Answer,
  type Script,
  type ScriptedSmtp,
} from '../../support/scripted-smtp.ts';

/** How often what goes wrong, of a thousand connections and of a thousand letters. */
const CONNECTION_FATES: readonly (readonly [number, Script])[] = [
  [30, { connect: CLOSE }],
  [20, { connect: '421 busy' }],
  [30, { hello: CLOSE }],
];

type LetterStage = 'mail' | 'rcpt' | 'data' | 'body' | 'dot';
const LETTER_FATES: readonly (readonly [number, LetterStage, Answer])[] = [
  [15, 'mail', '451 later'],
  [10, 'mail', CLOSE],
  [15, 'rcpt', '450 later'],
  [10, 'rcpt', CLOSE],
  [15, 'rcpt', '550 5.1.1 no such mailbox'],
  [15, 'data', CLOSE],
  [5, 'data', SILENCE],
  [20, 'body', CLOSE],
  [10, 'dot', '451 later'],
  [5, 'dot', '554 no'],
  [25, 'dot', CLOSE],
  [5, 'dot', SILENCE],
];

/** More than one session carries. */
const LETTERS_MAX = 200;
const YES: Readonly<Record<Exclude<LetterStage, 'body'>, string>> = {
  mail: '250 ok',
  rcpt: '250 ok',
  data: '354 go',
  dot: '250 taken',
};

/** A mail server that fails at each of its seven stages now and then, by a seed. */
export function startFailingServer(seed: number): Promise<ScriptedSmtp> {
  const random = new Random(seed, 1);
  return startScriptedSmtp(() => scriptBy(random));
}

/** The first letter that goes wrong ends the connection, so one fate is enough. */
function scriptBy(random: Random): Script {
  const connection = fateOf(random, CONNECTION_FATES);
  if (connection !== undefined) return connection[1];
  for (let letter = 0; letter < LETTERS_MAX; letter++) {
    const fate = fateOf(random, LETTER_FATES);
    if (fate === undefined) continue;
    const [, stage, answer] = fate;
    if (stage === 'body') return { body: { ofLetter: letter } };
    const yes = Array.from({ length: letter }, () => YES[stage]);
    return { [stage]: [...yes, answer] };
  }
  return {};
}

function fateOf<Fate extends readonly [number, ...unknown[]]>(
  random: Random,
  fates: readonly Fate[],
): Fate | undefined {
  let at = random.whole(0, 999);
  return fates.find(([share]) => (at -= share) < 0);
}
