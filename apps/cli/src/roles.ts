import type { Role } from '@flotilla/contracts'
import { Option } from 'commander'

const ROLE_MEANINGS: Record<Role, string> = {
  observer: 'sees',
  operator: 'runs devices',
  developer: 'deploys',
  admin: 'does everything',
}

export function roleOption(description: string): Option {
  const meanings = Object.entries(ROLE_MEANINGS).map(([role, meaning]) => `${role} ${meaning}`)
  return new Option('--role <role>', `${description} (${meanings.join(', ')})`).choices(Object.keys(ROLE_MEANINGS))
}
