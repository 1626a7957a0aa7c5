import type { TargetApp } from '@flotilla/contracts'
import type { Core } from '../part.js'
import type { Asked, LocalAnswer } from '../local-api/local-request.js'
import { json } from '../local-api/local-request.js'
import { isApp } from './numeric-id.js'

/** What apps for balena send: booleans may be texts and numbers there. */
export function isForced({ body }: Pick<Asked, 'body'>): boolean {
  return isTrue(memberOf(body, 'force'))
}

export function isTrue(value: unknown): boolean {
  return [true, 1, '1', 'true', 'on'].includes(value as string)
}

export function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

export const UNAUTHORIZED: LocalAnswer = json(401, { status: 'failed', message: 'Unauthorized' })

/** The app that is meant, by its number or uuid, where the caller's token reaches it. */
export function askedApp({ targets }: Pick<Core, 'targets'>, { caller }: Asked, asked: unknown): TargetApp | undefined {
  return appsOf({ targets }, caller).find(({ id }) => isApp(asked, id))
}

/** Those that the caller's token reaches. */
export function appsOf({ targets }: Pick<Core, 'targets'>, caller: Asked['caller']): TargetApp[] {
  const apps = targets.target?.apps ?? []
  return caller.scope === 'device' ? apps : apps.filter(({ id }) => id === caller.appId)
}
