import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type DynamicModule, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AuditModule } from './audit/index.js'
import { ConfigModule } from './config/config.module.js'
import type { MigrateConfig } from './config/config.js'
import { migrate } from './database/data-source.js'
import { DatabaseModule } from './database/database.module.js'
import { type FirstAdmin, FirstAdminService, OrganizationsModule } from './organizations/index.js'
import { migrateQueues } from './queue/migrate-queues.js'
import { SigningKeys, SigningKeysModule } from './signing-keys/index.js'

@Module({})
class PreparationModule {
  static forRoot(config: MigrateConfig): DynamicModule {
    const imports = [ConfigModule.forRoot(config), DatabaseModule, SigningKeysModule, AuditModule, OrganizationsModule]
    return { module: PreparationModule, imports }
  }
}

/**
 * All that must be there before another program of the control plane starts; repeating it changes nothing. Gives the
 * first admin where it made one.
 */
export async function prepareServer(config: MigrateConfig): Promise<FirstAdmin | undefined> {
  await migrate(config.DATABASE_URL)
  await migrateQueues({
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    builderPassword: config.BUILDER_QUEUE_PASSWORD,
  })
  const context = await NestFactory.createApplicationContext(PreparationModule.forRoot(config), {
    logger: false,
    abortOnError: false,
  })
  try {
    await prepareKeys(context.get(SigningKeys), config.REGISTRY_CERTIFICATE_FILE)
    return await context.get(FirstAdminService).ensure(config.ADMIN_EMAIL, config.ADMIN_PASSWORD)
  } finally {
    await context.close()
  }
}

async function prepareKeys(keys: SigningKeys, certificateFile: string | undefined): Promise<void> {
  // Asking for a key makes it where there is none.
  await Promise.all([keys.target(), keys.registry(), keys.access()])
  if (certificateFile !== undefined) await replaceFile(certificateFile, await keys.registryCertificates())
}

/** The registry reads the file when it starts: it must never see half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
