import { timingSafeEqual } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { type Actor, cappedRole } from './actor.js'
import { type ApiKeyHolder, CredentialsRepository, type SessionHolder } from './credentials.repository.js'
import { SessionsService } from './sessions.service.js'
import { hashToken, TOKEN_PREFIX } from './token.js'

/** Tells who holds a token. */
@Injectable()
export class AuthService {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly sessions: SessionsService,
  ) {}

  /** Whoever holds this session or API token; undefined where it is unknown, expired or revoked. */
  async actorForToken(token: string): Promise<Actor | undefined> {
    if (token.startsWith(TOKEN_PREFIX.session)) return (await this.actorForSession(token))?.actor
    if (!token.startsWith(TOKEN_PREFIX.apiKey)) return undefined
    const hash = hashToken(token)
    const key = await this.credentials.apiKeyByHash(hash)
    if (!key || !timingSafeEqual(key.token_hash, hash)) return undefined
    if (key.touch_due) await this.credentials.touchApiKey(key.id)
    return apiKeyActor(key)
  }

  /** As above for sessions alone. Use keeps a session alive: `extendedTo` is its new end where that moved. */
  async actorForSession(token: string): Promise<{ actor: Actor; extendedTo?: Date } | undefined> {
    const hash = hashToken(token)
    const session = await this.credentials.sessionByHash(hash)
    if (!session || !timingSafeEqual(session.token_hash, hash)) return undefined
    return { actor: sessionActor(session), extendedTo: await this.sessions.slide(session.id, session.expires_at) }
  }
}

function sessionActor(session: SessionHolder): Actor {
  return {
    kind: 'user',
    id: session.user_id,
    label: session.email,
    userId: session.user_id,
    roles: new Map(Object.entries(session.roles)),
    sessionId: session.id,
  }
}

function apiKeyActor(key: ApiKeyHolder): Actor {
  const cap = key.role ?? undefined
  return {
    kind: 'api-key',
    id: key.id,
    label: `${key.email} (${key.name})`,
    userId: key.user_id,
    roles: new Map(Object.entries(key.roles).map(([organization, role]) => [organization, cappedRole(role, cap)])),
    ...(cap !== undefined && { cap }),
  }
}
