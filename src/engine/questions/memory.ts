import type { State } from '../state/state.ts';

/** Where the memory of a partition goes. */
export interface Memory {
  readonly customers: {
    readonly count: number;
    readonly idBytes: number;
    readonly attributeBytes: number;
    readonly restBytes: number;
  };
  readonly series: {
    readonly count: number;
    /** Of the cells that are in use: instants, amounts, values and running sums. */
    readonly keptBytes: number;
    /** Of all cells, those that wait to be used among them. */
    readonly cellBytes: number;
    /** Of all else: keys, truths, timers. */
    readonly restBytes: number;
  };
  /** Of the bitmaps of all conditions and segments. */
  readonly bitmapBytes: number;
  /** Of the values that `distinct` has met. */
  readonly valueBytes: number;
  /** Of the last orders and products viewed, where a campaign asks for them. */
  readonly recentBytes: number;
}

/** Looks at every series and bitmap: for figures, not for each event. */
export function memoryOf(state: State): Memory {
  const { customers, anonymous, attributes, series, timers, truths, membership, values } = state;
  const { ids: idBytes, rest } = customers.bytesUsed();
  const attributeBytes = attributes.bytesUsed();
  const cells = series.bytesUsed();
  const { texts, index } = values.bytesUsed();
  return {
    customers: {
      count: customers.count,
      idBytes,
      attributeBytes: attributeBytes.texts,
      restBytes: rest + anonymous.bytesUsed() + attributeBytes.index + state.aliases.bytesUsed(),
    },
    series: {
      count: series.count,
      keptBytes: cells.kept,
      cellBytes: cells.cells,
      restBytes: cells.rest + timers.bytesUsed(),
    },
    bitmapBytes: truths.bytesUsed() + membership.bytesUsed(),
    valueBytes: texts + index,
    recentBytes: state.recent?.bytesUsed() ?? 0,
  };
}
