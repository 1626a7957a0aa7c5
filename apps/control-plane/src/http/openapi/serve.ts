import type { INestApplication } from '@nestjs/common'
import type { Request, Response } from 'express'
import { openApiDocument } from './document.js'

/** Answers GET /api/v1/openapi.json; the document is made when it is first asked for. */
export function serveOpenApi(app: INestApplication): void {
  const express = app.getHttpAdapter()
  const state: { text?: string } = {}
  express.get('/api/v1/openapi.json', (_request: Request, response: Response) => {
    state.text ??= JSON.stringify(openApiDocument(app))
    response.type('application/json').send(state.text)
  })
}
