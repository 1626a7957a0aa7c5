import type { BoardContract } from '@flotilla/reconcile'
import type { Host } from '../ports.js'
import { balenaArchitecture, balenaDeviceType } from './device-type.js'
import { isInRange } from './version-range.js'

// Of balena's supervisor, whose ways this one follows: apps that require one mean what it does, not what it is called.
const BALENA_SUPERVISOR = '19.0.5'

/** What this board is and has, in the words by which services say what they require of it. */
export function boardContract(host: Host): BoardContract {
  const board = host.board()
  const { kernel } = host.facts()
  const has = {
    'arch.sw': balenaArchitecture(board.platform),
    'hw.device-type': balenaDeviceType(board),
    'sw.supervisor': BALENA_SUPERVISOR,
    ...(kernel !== undefined && { 'sw.linux': kernel }),
    ...(board.l4tVersion !== undefined && { 'sw.l4t': board.l4tVersion }),
  }
  return { has, isInRange }
}
