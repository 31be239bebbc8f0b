/** A refusal that the person at the keyboard can mend; printed without a stack. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal';
}
