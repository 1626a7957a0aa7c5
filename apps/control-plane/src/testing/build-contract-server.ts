import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  type BuildOrder,
  type BuildOutput,
  BuildOutputSchema,
  type BuildResult,
  BuildResultSchema,
} from '@flotilla/contracts'

export interface BuildContractServer {
  url: string
  order: BuildOrder
  // tar.gz
  source: Buffer
  cancelled: boolean
  lines: BuildOutput['lines']
  result: BuildResult | undefined
  close(): void
}

/** The builder's side of /build/v1 as the contract has it, for one build; checks every request against the schemas. */
export async function startBuildContractServer(
  order: BuildOrder,
  source: Buffer,
  token: string,
): Promise<BuildContractServer> {
  const state: BuildContractServer = {
    url: '',
    order,
    source,
    cancelled: false,
    lines: [],
    result: undefined,
    close: () => server.close(),
  }
  const server = createServer((request, response) => {
    answer(state, token, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state
}

async function answer(
  state: BuildContractServer,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
  const base = `/build/v1/builds/${state.order.buildId}`
  switch (`${request.method} ${request.url?.slice(base.length)}`) {
    case 'GET ':
      return void response.end(JSON.stringify(state.order))
    case 'GET /source':
      return void response.end(state.source)
    case 'POST /output':
      state.lines.push(...BuildOutputSchema.parse(JSON.parse(await text(request))).lines)
      return void response.end(JSON.stringify({ cancelled: state.cancelled }))
    case 'POST /result':
      state.result = BuildResultSchema.parse(JSON.parse(await text(request)))
      return void response.end('{}')
    default:
      return void response.writeHead(404).end()
  }
}
