import { describe, expect, it } from 'vitest';
import { placeTooltip } from './tooltip-placement';

const viewport = { width: 360, height: 640 };
const popup = { width: 200, height: 40 };
const trigger = (left: number, top: number) => ({ left, top, bottom: top + 20, width: 40, height: 20 });

describe('placeTooltip', () => {
  it('stands above its trigger, centred', () => expect(placeTooltip({ trigger: trigger(160, 300), popup, viewport })).toEqual({ left: 80, top: 254 }));
  it('goes below where there is no room above', () => expect(placeTooltip({ trigger: trigger(160, 10), popup, viewport }).top).toBe(36));
  it('stays inside the window on both sides', () => {
    expect(placeTooltip({ trigger: trigger(0, 300), popup, viewport }).left).toBe(8);
    expect(placeTooltip({ trigger: trigger(320, 300), popup, viewport }).left).toBe(152);
  });
});
