import type { INestApplication } from '@nestjs/common'
import { openApiDocument } from './openapi/document.js'

interface KnownRoute {
  pattern: RegExp
  methods: string[]
}

/** Which methods an address of the API takes, for telling a wrong method from a wrong address. */
export class KnownRoutes {
  private routes: KnownRoute[] | undefined

  constructor(private readonly app: INestApplication) {}

  /** Empty where there is nothing at that path. */
  methodsAt(path: string): string[] {
    this.routes ??= this.read()
    return this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
  }

  private read(): KnownRoute[] {
    return Object.entries(openApiDocument(this.app).paths).map(([path, item]) => ({
      pattern: new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
      methods: Object.keys(item).map((method) => method.toUpperCase()),
    }))
  }
}
