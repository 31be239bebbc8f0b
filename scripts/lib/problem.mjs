/** Something set-up cannot do by itself. `detail` is what the reader needs next: the tool's own words or the command that helps. */
export class SetupProblem extends Error {
  /**
   * @param {string} message
   * @param {string} [detail]
   */
  constructor(message, detail = '') {
    super(message);
    this.name = 'SetupProblem';
    this.detail = detail;
  }
}
