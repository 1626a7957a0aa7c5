import { Controller, Get } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { DatabasePing } from '../../database/database-ping.js'
import { Problem } from '../problem.js'
import { PublicRoute } from '../public-route.js'

const StatusSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Status' })
const OK = { status: 'ok' } as const
const PATIENCE_MS = 2000

/** For load balancers and supervisors of processes: /health says that it runs, /ready that it can do its work. */
@ApiTags('health')
@PublicRoute()
@Controller('api/v1')
export class HealthController {
  constructor(private readonly database: DatabasePing) {}

  @Get('health')
  @ApiOperation({ operationId: 'getHealth', summary: 'Whether the process answers' })
  @ApiOkResponse({ standardSchema: StatusSchema })
  health() {
    return OK
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the process and its database can serve requests' })
  @ApiOkResponse({ standardSchema: StatusSchema })
  async ready() {
    const answered = await withinPatience(this.database.ping())
    if (answered) return OK
    throw new Problem('not-ready', 503, 'The database does not answer; try again in a moment.', {
      retryAfterSeconds: 5,
    })
  }
}

/** Whether the work succeeded in time. */
async function withinPatience(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  const done = work.then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}
