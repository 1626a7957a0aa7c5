import { join } from 'node:path'
import { Module } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { FolderObjects } from './folder-objects.js'
import { ObjectStorage } from './object-storage.js'

@Module({
  providers: [
    {
      provide: ObjectStorage,
      inject: [CONFIG],
      useFactory: (config: ServerConfig) => new FolderObjects(join(config.DATA_DIR, 'objects')),
    },
  ],
  exports: [ObjectStorage],
})
export class ObjectsModule {}
