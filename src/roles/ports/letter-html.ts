/** A link of a letter's HTML. */
export interface HtmlLink {
  /** As it means, without the escapes of HTML. */
  readonly href: string;
  /** Marked with the attribute `data-untracked`. */
  readonly isUntracked: boolean;
}

/**
 * The HTML of a letter, as far as its links are changed.
 *
 * Not promised: that what stands inside of comments is found, such as what only Outlook reads.
 */
export interface LetterHtml {
  /**
   * Changes links and leaves every other byte as it was.
   *
   * @param targetOf the new target of a link; undefined: it stays
   * @param ending   HTML that is put at the end of the body
   */
  rewrite(html: string, targetOf: (link: HtmlLink) => string | undefined, ending: string): string;
}
