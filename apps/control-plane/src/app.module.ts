import { type DynamicModule, Module } from '@nestjs/common'
import { ApiKeysModule } from './api-keys/index.js'
import { AuditModule } from './audit/index.js'
import { AuthModule } from './auth/index.js'
import type { ServerConfig } from './config/config.js'
import { BuildsModule } from './builds/index.js'
import { BundlesModule } from './bundles/index.js'
import { ConfigModule } from './config/config.module.js'
import { DashboardModule } from './dashboard/index.js'
import { DatabaseModule } from './database/database.module.js'
import { DeltasModule } from './deltas/index.js'
import { DeviceCommandsModule } from './device-commands/index.js'
import { DeviceLogsModule } from './device-logs/index.js'
import { DeviceMetricsModule } from './device-metrics/index.js'
import { DeviceReportsModule } from './device-reports/index.js'
import { DevicesModule } from './devices/index.js'
import { FleetsModule } from './fleets/index.js'
import { GitModule } from './git/index.js'
import { HardwareModule } from './hardware/index.js'
import { HealthModule } from './http/health/health.module.js'
import { HttpModule } from './http/http.module.js'
import { IdempotencyModule } from './http/idempotency.module.js'
import { InstallModule } from './install/index.js'
import { LinkModule } from './link/index.js'
import { LiveModule } from './live/live.module.js'
import { OrganizationsModule } from './organizations/index.js'
import { ProvisioningKeysModule } from './provisioning-keys/index.js'
import { RegistryAuthModule } from './registry-auth/index.js'
import { ReleasesModule } from './releases/index.js'
import { SigningKeysModule } from './signing-keys/index.js'
import { SnapshotsModule } from './snapshots/index.js'
import { StreamModule } from './stream/index.js'
import { SupervisorReleasesModule } from './supervisor-releases/index.js'
import { TargetStateModule } from './target-state/index.js'
import { SignInModule, UsersModule } from './users/index.js'
import { VariablesModule } from './variables/index.js'

/** The features, from the lowest layer to the highest; each line is one. */
const features = [
  SigningKeysModule,
  AuthModule,
  AuditModule,
  UsersModule,
  SignInModule,
  OrganizationsModule,
  ApiKeysModule,
  FleetsModule,
  ProvisioningKeysModule,
  VariablesModule,
  DevicesModule,
  HardwareModule,
  DeviceMetricsModule,
  DeviceReportsModule,
  DeviceLogsModule,
  DeviceCommandsModule,
  SnapshotsModule,
  ReleasesModule,
  RegistryAuthModule,
  BuildsModule,
  DeltasModule,
  GitModule,
  SupervisorReleasesModule,
  TargetStateModule,
  BundlesModule,
  LinkModule,
  InstallModule,
  StreamModule,
  DashboardModule,
]

@Module({})
export class AppModule {
  static forRoot(config: ServerConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        HttpModule,
        DatabaseModule,
        IdempotencyModule,
        HealthModule,
        LiveModule,
        ...features,
      ],
    }
  }
}
