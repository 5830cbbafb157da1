/*
 * Cells that spreadsheets cannot take for formulas (OWASP, "CSV Injection"): whatever begins like
 * one gets an apostrophe before it, which spreadsheets read as "this is text".
 *
 * Reading takes it off again. So that every text comes back as it was, also one that has such
 * apostrophes of its own, they count as part of the beginning: `'=1` is written `''=1`.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const GUARDED = /^''*[=+\-@\t\r\n＝＋－＠]/;

export function guardCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export function unguardCell(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
