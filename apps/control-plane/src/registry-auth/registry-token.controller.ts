import { Controller, Get, Headers, Query, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { Response } from 'express'
import { z } from 'zod'
import { Public } from '../auth/index.js'
import { Problem } from '../http/problem.js'
import { type Credentials, RegistryAuthService } from './registry-auth.service.js'

// Clients send more than is of use. They repeat `scope` for several repositories; one may also hold several, separated by blanks.
const TokenQuerySchema = z.looseObject({
  service: z.string().optional(),
  scope: z.union([z.string(), z.array(z.string()).max(50)]).optional(),
})

/** The token service that the OCI registry names to its clients (`realm`); its shape is the Docker registry's. */
@Public()
@ApiExcludeController()
@Controller('registry/v1/token')
export class RegistryTokenController {
  constructor(private readonly registryAuth: RegistryAuthService) {}

  @Get()
  async token(
    @Query({ schema: TokenQuerySchema }) query: z.infer<typeof TokenQuerySchema>,
    @Res({ passthrough: true }) response: Response,
    @Headers('authorization') authorization?: string,
  ) {
    const scopes = [query.scope ?? []].flat().flatMap((scope) => scope.split(' ').filter((each) => each !== ''))
    response.setHeader('Cache-Control', 'no-store')
    const issued = await this.registryAuth.tokenFor(basicCredentials(authorization), scopes).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 401) {
        response.setHeader('WWW-Authenticate', 'Basic realm="flotilla"')
      }
      throw error
    })
    return { token: issued.token, access_token: issued.token, expires_in: issued.expiresInSeconds }
  }
}

function basicCredentials(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined) return undefined
  const [, encoded = ''] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? []
  const text = Buffer.from(encoded, 'base64').toString()
  const at = text.indexOf(':')
  // Anything else is no credential of ours, and must not pass as none at all.
  return at < 0 ? { username: '', password: '' } : { username: text.slice(0, at), password: text.slice(at + 1) }
}
