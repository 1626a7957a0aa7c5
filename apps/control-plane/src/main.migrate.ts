import 'reflect-metadata'
import { MigrateConfigSchema, parseConfig } from './config/config.js'
import { prepareServer } from './prepare-server.js'

const admin = await prepareServer(parseConfig(MigrateConfigSchema))
// The one line on stdout: whoever starts this shows it to a person, or reads it.
if (admin) console.log(JSON.stringify({ admin }))
