import { Controller, Get, Header, Inject, Query } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import { z } from 'zod'
import { Public } from '../auth/index.js'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { SupervisorReleases } from '../supervisor-releases/index.js'
import { installScript } from './install-script.js'

const InstallQuerySchema = z.looseObject({
  // Whether it may be used is said when the board registers.
  key: z.string().regex(/^flp_[A-Za-z0-9_-]{43}$/, 'not a provisioning key'),

  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\0-\x1f\x7f]*$/, 'a name is one line')
    .optional(),
})

/** What a board that is to become a device downloads. */
@Public()
@ApiExcludeController()
@Controller()
export class InstallController {
  constructor(
    private readonly supervisors: SupervisorReleases,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  @Get('install.sh')
  @Header('Content-Type', 'text/x-shellscript; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async script(@Query({ schema: InstallQuerySchema }) query: z.infer<typeof InstallQuerySchema>): Promise<string> {
    const { version, digest, path } = await this.supervisors.own()
    return installScript({
      serverUrl: this.config.PUBLIC_URL,
      provisioningKey: query.key,
      deviceName: query.name,
      supervisor: { version, digest, path },
    })
  }
}
