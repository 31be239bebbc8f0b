/** Id of the members panel: takes the focus when the row of a removed member has gone. */
export const MEMBERS_ANCHOR = 'members';
