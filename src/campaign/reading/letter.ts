import { ID_PATTERN } from '../../base/id.ts';
import { own } from '../../base/json.ts';
import { placeOf, readList, readMapping, readText, show, type Faults } from '../../rules/fault.ts';
import type { Campaign, Offer } from '../campaign.ts';
import { isAddress } from '../address.ts';
import { readSegment, type References } from './occasion.ts';
import { FROM_KEYS, OFFER_KEYS } from '../schema.ts';

export function readTemplate(value: unknown, faults: Faults): string | undefined {
  if (value === undefined) {
    const hint = 'name a folder of templates/, such as template: course-welcome';
    return faults.add('template', 'a campaign has no "template"', hint);
  }
  const template = readText(value, 'the template', 'template', faults);
  if (template === undefined || ID_PATTERN.test(template)) return template;
  const message = `${show(template)} is no name of a template`;
  return faults.add('template', message, 'it is the name of a folder of templates/');
}

export function readFrom(value: unknown, faults: Faults): Campaign['from'] | undefined {
  const fields = readMapping(value, FROM_KEYS, 'a sender', 'from', faults);
  if (fields === undefined) return undefined;
  const name = readText(own(fields, 'name'), "the sender's name", 'from.name', faults);
  const address = readText(own(fields, 'address'), "the sender's address", 'from.address', faults);
  if (address !== undefined && !isAddress(address)) {
    const hint = 'write the address alone, such as school@example.com';
    return faults.add('from.address', `${show(address)} is no mail address`, hint);
  }
  return name === undefined || address === undefined ? undefined : { name, address };
}

/** Reads `offers`; only the last may be without a segment, since it takes all who are left. */
export function readOffers(
  value: unknown,
  faults: Faults,
  references: References,
): readonly Offer[] | undefined {
  if (value === undefined) return [];
  const list = readList(value, '"offers"', 'offers', faults) ?? [];
  return list.flatMap((each, i) => {
    const offer = readOffer(each, `offers[${i}]`, faults, references);
    if (offer !== undefined && offer.segment === undefined && i < list.length - 1) {
      const message = 'an offer without a segment is for everyone else: none after it is reached';
      faults.add(`offers[${i}]`, message, 'put it last');
    }
    return offer ?? [];
  });
}

function readOffer(
  value: unknown,
  place: string,
  faults: Faults,
  references: References,
): Offer | undefined {
  const fields = readMapping(value, OFFER_KEYS, 'an offer', place, faults);
  if (fields === undefined) return undefined;
  const written = own(fields, 'segment');
  const segment =
    written === undefined
      ? undefined
      : readSegment(written, placeOf(place, 'segment'), { faults, references });
  const offer = own(fields, 'offer');
  if (offer === undefined || offer === null) {
    const hint = 'such as offer: { title: Ten percent off, code: SPRING }';
    return faults.add(place, '"offer" is missing in the offer', hint);
  }
  return { ...(segment !== undefined && { segment }), offer };
}
