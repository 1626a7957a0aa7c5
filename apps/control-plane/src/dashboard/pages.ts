import { sep } from 'node:path'
import type { NextFunction, Request, RequestHandler, Response } from 'express'

// Doors for programs: an unknown address behind them is a mistake, not a page.
const NO_PAGES = /^\/(api|device|build|registry|git|install\.sh)(\/|$)/
const ASSETS = `${sep}assets${sep}`

/** Assets have the hash of their content in their name and never change; everything else is asked for again. */
export function cacheControl(response: Response, file: string): void {
  response.setHeader('Cache-Control', file.includes(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache')
}

/** The dashboard's one page, at every address that a browser opens: it finds its own way from there. */
export function answerWithPage(folder: string): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || NO_PAGES.test(request.path) || !wantsHtml(request)) return next()
    const headers = { 'Cache-Control': 'no-cache' }
    // Without a built dashboard there is nothing at this address.
    response.sendFile('index.html', { root: folder, headers }, (error) => {
      if (error && !response.headersSent) next()
    })
  }
}

/** Whether the caller names HTML: browsers do, programs take anything. */
function wantsHtml(request: Request): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}
