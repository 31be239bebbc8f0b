type Box = { readonly left: number; readonly top: number; readonly bottom: number; readonly width: number; readonly height: number };
type PlaceTooltipOptions = { readonly trigger: Box; readonly popup: Pick<Box, 'width' | 'height'>; readonly viewport: Pick<Box, 'width' | 'height'> };

const GAP = 6;
const EDGE = 8;

/** Above the trigger and centred on it; below where there is no room above; never beyond the edge of the window. Pixels in, pixels out. */
export const placeTooltip = ({ trigger, popup, viewport }: PlaceTooltipOptions): { left: number; top: number } => {
  const centred = trigger.left + trigger.width / 2 - popup.width / 2;
  const left = Math.max(EDGE, Math.min(centred, viewport.width - popup.width - EDGE));
  const above = trigger.top - popup.height - GAP;
  return { left: Math.round(left), top: Math.round(above >= EDGE ? above : trigger.bottom + GAP) };
};
