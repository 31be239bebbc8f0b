/** JOIN_TOKEN_MAX_USES of core, which is not imported because zod would come with it; a test compares the two. */
export const MAX_USES = 32;

/** The number of uses that a text means; null when it is not a whole number that the daemon accepts. */
export const parseUses = (text: string): number | null => {
  const uses = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return uses >= 1 && uses <= MAX_USES ? uses : null;
};
