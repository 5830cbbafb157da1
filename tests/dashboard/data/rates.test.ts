import { describe, expect, it } from 'vitest';
import {
  eventsPerSecond,
  flowColumns,
  membersColumns,
  minuteFlow,
} from '../../../src/dashboard/data/rates.ts';
import { gap, sample } from './samples.ts';

describe('the flow of the last minute', () => {
  it('is the difference to a minute ago', () => {
    const samples = [
      sample(0, { members: 0, entered: 0 }),
      sample(40, { members: 10, entered: 15, exited: 5 }),
      sample(70, { members: 12, entered: 22, exited: 10 }),
      sample(100, { members: 9, entered: 27, exited: 18 }),
    ];
    expect(minuteFlow(samples, 'vip')).toEqual({
      entriesPerMinute: 12,
      exitsPerMinute: 13,
      change: -1,
      spanMs: 60_000,
    });
  });

  it('is scaled to a minute while less is known, the change is not', () => {
    const samples = [sample(0, { members: 1 }), sample(20, { members: 4, entered: 3 })];
    expect(minuteFlow(samples, 'vip')).toMatchObject({ entriesPerMinute: 9, change: 3 });
  });

  it.each([
    ['without samples', []],
    ['with one', [sample(0, {})]],
    ['with less than five seconds', [sample(0, {}), sample(4, {})]],
    ['while the line is broken', [sample(0, {}), sample(30, {}), gap(31)]],
  ])('is not known %s', (_, samples) => {
    expect(minuteFlow(samples, 'vip')).toBeUndefined();
  });

  it('is not known of a segment that is not there', () => {
    expect(minuteFlow([sample(0, {}), sample(30, {})], 'other')).toBeUndefined();
  });

  it('spans a gap, since the counts went on', () => {
    const samples = [sample(0, { entered: 1 }), gap(10), sample(30, { entered: 11 })];
    expect(minuteFlow(samples, 'vip')?.entriesPerMinute).toBe(20);
  });
});

describe('events a second', () => {
  it('are of the last seconds', () => {
    const samples = [sample(0, {}, 0), sample(10, {}, 500), sample(15, {}, 600)];
    expect(eventsPerSecond(samples, 5_000)).toBe(20);
  });

  it.each([
    ['the gateway does not tell', [sample(0, {}), sample(5, {})]],
    ['an owner began anew', [sample(0, {}, 500), sample(5, {}, 3)]],
    ['only one moment is known', [sample(0, {}, 500)]],
  ])('are not known when %s', (_, samples) => {
    expect(eventsPerSecond(samples, 5_000)).toBeUndefined();
  });
});

describe('columns', () => {
  it('of members have a hole where nothing was known', () => {
    const samples = [sample(1, { members: 5 }), gap(2), sample(3, { members: 6 })];
    expect(membersColumns(samples, 'vip')).toEqual({ ats: [1, 2, 3], members: [5, null, 6] });
  });

  it('of the flow add up what happened in each step, exits below zero', () => {
    const samples = [
      sample(0, { entered: 10, exited: 1 }),
      sample(1, { entered: 12, exited: 1 }),
      sample(2, { entered: 13, exited: 4 }),
      gap(3),
      sample(6, { entered: 20, exited: 4 }),
    ];
    expect(flowColumns(samples, 'vip', 5_000)).toEqual({
      ats: [2.5, 7.5],
      entries: [3, 7],
      exits: [-3, 0],
    });
  });
});
