import { type MiddlewareConsumer, Module, type NestModule, type OnApplicationBootstrap } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { Server } from 'node:http'
import { AuthModule } from '../auth/index.js'
import { BuildsModule } from '../builds/index.js'
import { FleetsModule } from '../fleets/index.js'
import { ReleasesModule } from '../releases/index.js'
import { BranchPush } from './branch-push.service.js'
import { BuildWatch } from './build-watch.service.js'
import { DeviceWatchRepository } from './device-watch.repository.js'
import { DeviceWatch } from './device-watch.service.js'
import { GitAccess } from './git-access.service.js'
import { GitDoor } from './git-door.js'
import { GitHost } from './git-host.service.js'
import { HookDoor } from './hook-door.js'
import { PushChecks } from './push-checks.service.js'
import { Pushes } from './pushes.service.js'
import { PushSummary } from './push-summary.service.js'
import { ReleaseReuse } from './release-reuse.service.js'
import { Repositories } from './repositories.js'
import { TagPush } from './tag-push.service.js'

@Module({
  imports: [AuthModule, FleetsModule, ReleasesModule, BuildsModule],
  providers: [
    ...[Repositories, HookDoor, GitAccess, GitHost, GitDoor],
    ...[Pushes, PushChecks, BranchPush, TagPush, ReleaseReuse, BuildWatch, PushSummary],
    ...[DeviceWatchRepository, DeviceWatch],
  ],
})
export class GitModule implements NestModule, OnApplicationBootstrap {
  constructor(private readonly adapter: HttpAdapterHost) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(GitDoor).forRoutes('/git/*path')
  }

  /** A push over a slow link takes longer than Node lets a request take to arrive; headers keep their own limit. */
  onApplicationBootstrap(): void {
    const server = this.adapter.httpAdapter.getHttpServer() as Server | undefined
    if (server) server.requestTimeout = 0
  }
}
