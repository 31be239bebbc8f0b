/** Something set-up cannot do by itself. `detail` is what the reader needs next: the tool's own words or the command that helps. */
export class SetupProblem extends Error {
  /**
   * @param {string} message
   * @param {{ detail?: string, cause?: unknown }} [options]
   */
  constructor(message, { detail = '', cause } = {}) {
    super(message, { cause });
    this.name = 'SetupProblem';
    this.detail = detail;
  }
}
