/**
 * Something the broker must not do. `kind` is what a minimised case has to show again.
 * @typedef {'crash' | 'internal error' | 'unanswered' | 'accepted' | 'cut off' | 'protocol error' | 'leak' | 'order' |
 *   'witness' | 'forgotten' | 'left behind' | 'memory' | 'blocked'} FindingKind
 */
export class Finding extends Error {
  /**
   * @param {FindingKind} kind
   * @param {string} detail
   */
  constructor(kind, detail) {
    super(`${kind}: ${detail}`)
    this.kind = kind
  }
}
