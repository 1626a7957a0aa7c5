import type { TransferMeter } from '../images/ports.js'

/** For links that cost nothing. */
export const freeMeter: TransferMeter = {
  grant: (wantedBytes) => Promise.resolve(wantedBytes),
  spend: () => Promise.resolve(),
}
