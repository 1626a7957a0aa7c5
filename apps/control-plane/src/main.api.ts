import 'reflect-metadata'
import { Logger } from '@nestjs/common'
import { AppModule } from './app.module.js'
import { parseConfig, ServerConfigSchema } from './config/config.js'
import { createApi } from './http/create-api.js'

const config = parseConfig(ServerConfigSchema)
const app = await createApi(AppModule.forRoot(config), config)
await app.listen(config.PORT, config.HOST)
new Logger('api').log({ message: 'listening', url: await app.getUrl() })
