/**
 * Who is behind a request: sessions, API tokens and roles. Everything in here answers "who"; whether they may do a
 * thing is decided by the feature that owns the thing, with requireRole().
 */
export { type Actor, type ActorName, includesRole, requireRole, SYSTEM, visibleOrganizations } from './actor.js'
export { AuthModule } from './auth.module.js'
export { AuthService } from './auth.service.js'
export { CurrentActor } from './current-actor.js'
export { PublicRoute as Public } from '../http/public-route.js'
export { SessionCookie } from './session-cookie.js'
export { SessionsService } from './sessions.service.js'
export { makeToken } from './token.js'
