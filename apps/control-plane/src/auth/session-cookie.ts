import { Inject, Injectable } from '@nestjs/common'
import { parseCookie } from 'cookie'
import type { Request, Response } from 'express'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'

const NAME = 'flotilla_session'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The session as browsers keep it: out of reach of scripts, and of no use to other sites. */
@Injectable()
export class SessionCookie {
  private readonly publicUrl: URL

  constructor(@Inject(CONFIG) config: ServerConfig) {
    this.publicUrl = new URL(config.PUBLIC_URL)
  }

  read(request: Request): string | undefined {
    return parseCookie(request.headers.cookie ?? '')[NAME]
  }

  set(response: Response, token: string, expiresAt: Date): void {
    response.cookie(NAME, token, { ...this.attributes(), expires: expiresAt })
  }

  clear(response: Response): void {
    response.clearCookie(NAME, this.attributes())
  }

  /**
   * Whether a request with the cookie could have been made by another site's page. SameSite=Lax does not stop sites
   * under the same registered domain, nor other ports of the same host. Every browser says where an unsafe request
   * comes from: in Sec-Fetch-Site on secure origins, in Origin everywhere.
   */
  isForgeable(request: Request): boolean {
    if (SAFE_METHODS.has(request.method)) return false
    const site = request.headers['sec-fetch-site']
    if (site !== undefined) return site !== 'same-origin'
    const { origin } = request.headers
    if (origin === undefined || !URL.canParse(origin)) return true
    return origin !== this.publicUrl.origin && new URL(origin).host !== request.host
  }

  private attributes() {
    return { httpOnly: true, sameSite: 'lax', secure: this.publicUrl.protocol === 'https:', path: '/' } as const
  }
}
