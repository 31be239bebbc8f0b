import type { ErrorCode } from '../errors/codes';
import type { JoinCheck } from './saga';

type Common = Pick<JoinCheck, 'id' | 'side' | 'detail'>;

/** A check that found what it should. `detail` says what was found, with figures. */
export const passCheck = ({ id, side, detail }: Common): JoinCheck => ({ id, side, verdict: 'pass', detail, fix: null, code: null });

/** A check whose finding does not prevent the join and deserves attention. */
export const warnCheck = ({ id, side, detail, fix }: Common & { readonly fix: string }): JoinCheck => ({ id, side, verdict: 'warn', detail, fix, code: null });

/** A check that prevents the join; `code` is the error that the join ends with when this is the first failure. */
export const failCheck = ({ id, side, detail, fix, code }: Common & { readonly fix: string; readonly code: ErrorCode }): JoinCheck => ({
  id,
  side,
  verdict: 'fail',
  detail,
  fix,
  code,
});
