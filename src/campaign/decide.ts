import { assert } from '../base/assert.ts';
import {
  addressOf,
  lookAtAddress,
  lookAtAge,
  lookAtCaps,
  lookAtCondition,
  lookAtConsent,
  lookAtHoldout,
  lookAtQuietHours,
  lookAtSuppression,
  type Look,
  type Situation,
  type SkipReason,
} from './gates.ts';
import { nameOf } from './letter-data.ts';

/** Whether a letter goes out, to whom, and what every gate had to say that was looked at. */
export type Decision = {
  readonly trace: readonly GateTrace[];
} & (
  | { readonly kind: 'send'; readonly to: { readonly name: string; readonly address: string } }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
);

export interface GateTrace {
  readonly gate: string;
  readonly passes: boolean;
  /** For people; may name the address. */
  readonly words: string;
}

interface Gate {
  readonly name: string;
  readonly look: (situation: Situation) => Look;
}

/** The order in which they are looked at: the first that does not let pass gives the reason. */
const GATES: readonly Gate[] = [
  { name: 'address', look: lookAtAddress },
  { name: 'suppression', look: lookAtSuppression },
  { name: 'consent', look: lookAtConsent },
  { name: 'condition', look: lookAtCondition },
  { name: 'holdout', look: lookAtHoldout },
  { name: 'frequency cap', look: lookAtCaps },
  { name: 'quiet hours', look: lookAtQuietHours },
  { name: 'age', look: lookAtAge },
];

/**
 * Decides whether a letter that is due goes out, and to which address. The ledger looks at consent
 * and caps once more when it takes the letter's intent: there, of two letters only one passes.
 */
export function decide(situation: Situation): Decision {
  const trace: GateTrace[] = [];
  for (const { name, look } of GATES) {
    const { reason, words } = look(situation);
    trace.push({ gate: name, passes: reason === undefined, words });
    if (reason !== undefined) return { kind: 'skip', reason, trace };
  }
  const { attributes } = situation.recipient;
  const address = addressOf(attributes);
  assert(address !== undefined, 'the first gate lets only addresses pass');
  return { kind: 'send', to: { name: nameOf(attributes), address }, trace };
}
