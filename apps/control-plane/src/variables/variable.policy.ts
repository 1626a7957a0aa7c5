import type { Role, SetVariable } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'

/** Who may change variables: those of a fleet reach every device of it, those of a device only that one. */
export function roleToChange(level: 'fleet' | 'device'): Role {
  return level === 'fleet' ? 'developer' : 'operator'
}

/** Throws for what no variable can be, whatever its place. */
export function checkVariable({ kind, service, value }: SetVariable): void {
  if (kind === 'config' && service !== undefined) {
    const sentence = 'Config variables are settings of the whole device; leave the service out.'
    throw new Problem('config-variable-of-service', 422, sentence)
  }
  if (value.includes('\0')) {
    throw new Problem('variable-value-invalid', 422, 'No environment can hold a NUL character; remove it.')
  }
}
