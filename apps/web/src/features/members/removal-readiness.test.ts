import { describe, expect, it } from 'vitest';
import { removalDisabledReason } from './removal-readiness';

const ask = (part: Partial<Parameters<typeof removalDisabledReason>[0]>) =>
  removalDisabledReason({ preview: { verdict: 'safe', consequences: [] }, label: 'r3', typed: 'r3', isForced: false, ...part });

describe('removalDisabledReason', () => {
  it('waits for the daemon to say what would be left', () => expect(ask({ preview: undefined })).toMatch(/not known yet/));
  it('lets a safe removal through once the name is typed', () => {
    expect(ask({ typed: 'r' })).toBe('Type r3 to confirm.');
    expect(ask({ typed: ' r3 ' })).toBeNull();
  });
  it('wants an unsafe removal accepted as well', () => {
    const preview = { verdict: 'unsafe', consequences: ['x'] } as const;
    expect(ask({ preview: { ...preview, consequences: ['x'] } })).toMatch(/unsafe/);
    expect(ask({ preview: { ...preview, consequences: ['x'] }, isForced: true })).toBeNull();
  });
  it('gives the reason of the daemon for a refused one, whatever is typed', () => {
    expect(ask({ preview: { verdict: 'refused', consequences: ['It is the last voter.'] }, isForced: true })).toBe('It is the last voter.');
  });
});
