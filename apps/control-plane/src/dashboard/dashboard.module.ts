import { Inject, Module, type OnModuleInit } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { ExpressAdapter } from '@nestjs/platform-express'
import compression from 'compression'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { answerWithPage, cacheControl } from './pages.js'

@Module({})
export class DashboardModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<ExpressAdapter>,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Modules are initialised when all routes are there: what comes here is for none of them. */
  onModuleInit(): void {
    const folder = this.config.DASHBOARD_DIR
    const adapter = this.host.httpAdapter
    adapter.use(compression())
    adapter.useStaticAssets(folder, { index: false, redirect: false, setHeaders: cacheControl })
    adapter.use(answerWithPage(folder))
  }
}
