import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { labelOf } from '@flotilla/reconcile'
import type { Identity } from '../identity.js'
import { parseJson } from '../parse-json.js'

/** How far a service's token reaches: its own app, or the board as well. */
export type Scope = 'app' | 'device'

export interface Access {
  appId: string
  service: string
  scope: Scope
}

const YES = ['1', 'true', 'on', 'yes', 'app']

/** What a service's labels ask for; undefined: it has no business here. On balena there is one scope, and it is wide. */
export function askedScope(service: { labels: Record<string, string> }): Scope | undefined {
  const own = labelOf(service, 'features.local-api')?.toLowerCase()
  if (own === 'device' || isYes(labelOf(service, 'features.supervisor-api'))) return 'device'
  return isYes(own) ? 'app' : undefined
}

export function isYes(label: string | undefined): boolean {
  return label !== undefined && YES.includes(label.toLowerCase())
}

/**
 * Tokens of services: what they say is signed with a secret that follows from the board's own key, so that they hold for
 * as long as the board does and need no list.
 */
export class AccessTokens {
  private readonly secret: Buffer

  constructor(identity: Pick<Identity, 'sign'>) {
    // Ed25519 signatures are deterministic: the same key gives the same secret at each start.
    this.secret = createHash('sha256').update(identity.sign('flotilla-local-api-v1')).digest()
  }

  make({ appId, service, scope }: Access): string {
    const claims = Buffer.from(JSON.stringify([appId, service, scope])).toString('base64url')
    return `${claims}.${this.mac(claims).toString('base64url')}`
  }

  /** Undefined: it was not made here. */
  read(token: string): Access | undefined {
    const [claims = '', mac = ''] = token.split('.')
    const given = Buffer.from(mac, 'base64url')
    const expected = this.mac(claims)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const [appId, service, scope] = parseJson(Buffer.from(claims, 'base64url').toString()) as [string, string, Scope]
    return { appId, service, scope }
  }

  private mac(claims: string): Buffer {
    return createHmac('sha256', this.secret).update(claims).digest()
  }
}
