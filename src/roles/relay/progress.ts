import type { Bookmark, Place } from './bookmark.ts';

/** A record under way: its place, and the triggers around it. */
export class Piece {
  readonly place: Place;
  /** Sequence of the last trigger that was handed over before it. */
  readonly after: number;
  #end: number | undefined;
  #hasArrived = false;

  constructor(place: Place, after: number) {
    this.place = place;
    this.after = after;
  }

  /** Its triggers have been handed over: the last one, with this sequence. */
  end(handed: number): void {
    this.#end = handed;
  }

  /** What it passes on has arrived, or it passes on nothing. */
  arrived(): void {
    this.#hasArrived = true;
  }

  isDone(stored: number): boolean {
    return this.#hasArrived && this.#end !== undefined && this.#end <= stored;
  }
}

/*
 * What a relay has dealt with, from the bookmark with which it began.
 *
 * 1. A place is in the bookmark only when all triggers up to it are stored, and all that is passed
 *    on has arrived.
 * 2. All triggers of what lies behind the places lie behind `scanned`: those under way, and those
 *    that an earlier relay has published and this one has not met yet.
 */
export class Progress {
  readonly #floor: number;
  readonly #found: ReadonlyMap<number, number>;
  readonly #places: Place[];
  readonly #open: Piece[][];

  /** @param found partition → the highest number that was found behind the bookmark */
  constructor({ scanned, places }: Bookmark, found: ReadonlyMap<number, number>) {
    this.#floor = scanned;
    this.#found = found;
    this.#places = [...places];
    this.#open = places.map(() => []);
  }

  /**
   * A record is about to be handed over.
   *
   * @param handed sequence of the last trigger that was handed over
   * @returns to be told how far it has come
   */
  begin(partition: number, place: Place, handed: number): Piece {
    const piece = new Piece(place, handed);
    this.#open[partition]?.push(piece);
    return piece;
  }

  /** @param stored sequence of the last trigger that is stored, with all before it */
  bookmark(stored: number): Bookmark {
    let scanned = stored;
    for (const [partition, pieces] of this.#open.entries()) {
      for (let [first] = pieces; first?.isDone(stored) === true; [first] = pieces) {
        this.#places[partition] = first.place;
        pieces.shift();
      }
      if (pieces[0] !== undefined) scanned = Math.min(scanned, pieces[0].after);
      const found = this.#found.get(partition) ?? 0;
      if ((this.#places[partition]?.number ?? 0) < found) scanned = Math.min(scanned, this.#floor);
    }
    return { scanned, places: [...this.#places] };
  }
}
