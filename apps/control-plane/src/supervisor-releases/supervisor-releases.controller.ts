import { Controller, Get, Header, Param, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { Response } from 'express'
import { notFound } from '../http/problem.js'
import { Public } from '../auth/index.js'
import { SupervisorReleases } from './supervisor-releases.service.js'

/** The files of supervisors, in ranges: a board goes on where its link was cut. They hold no secret. */
@Public()
@ApiExcludeController()
@Controller('install')
export class SupervisorReleasesController {
  constructor(private readonly releases: SupervisorReleases) {}

  /** Also how a board finds out whether this server can be reached, and not something on the way. */
  @Get('supervisor.json')
  @Header('Cache-Control', 'no-cache')
  async describe() {
    const { version, digest, sizeBytes, path } = await this.releases.own()
    return { version, digest: `sha256:${digest}`, sizeBytes, path }
  }

  @Get('supervisor.mjs')
  async own(@Res() response: Response): Promise<void> {
    send(response, (await this.releases.own()).file)
  }

  @Get('supervisors/:version/supervisor.mjs')
  async file(@Param('version') version: string, @Res() response: Response): Promise<void> {
    const release = await this.releases.find(version)
    if (!release) throw notFound('supervisor', version)
    send(response, release.file)
  }
}

function send(response: Response, file: string): void {
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' }
  // Whoever asked has gone; the rest is the framework's own answer.
  response.sendFile(file, { headers, dotfiles: 'allow' }, (error) => void (error && response.destroy()))
}
