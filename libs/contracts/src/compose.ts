import { z } from 'zod'
import { ServiceNameSchema } from './names.js'

/*
 * The compose subset in the one normalised form that releases store and devices run: long syntax only, durations in
 * milliseconds, sizes in bytes, defaults filled in. The file as a person writes it is read in the control plane.
 */

const StringMap = z.record(z.string(), z.string())

export const PortSchema = z.object({
  target: z.int().min(1).max(65535),
  // Absent: the engine picks a free port.
  published: z.int().min(1).max(65535).optional(),
  protocol: z.enum(['tcp', 'udp', 'sctp']).default('tcp'),
  hostIp: z.string().optional(),
})

export const MountSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('volume'),
    // A key of the app's volumes. Absent: an anonymous volume, which lives as long as its container.
    source: z.string().optional(),
    target: z.string().startsWith('/'),
    readOnly: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('tmpfs'),
    target: z.string().startsWith('/'),
    sizeBytes: z.int().positive().optional(),
    mode: z.int().nonnegative().optional(),
  }),
])

export const DependencySchema = z.object({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  // compose: restart this service when the dependency is restarted by the supervisor.
  restart: z.boolean().default(false),
  required: z.boolean().default(true),
})

export const HealthcheckSchema = z.object({
  // ['NONE'] switches an image's own check off; else ['CMD', …] or ['CMD-SHELL', line].
  test: z.array(z.string()).min(1).optional(),
  intervalMs: z.int().nonnegative().optional(),
  timeoutMs: z.int().nonnegative().optional(),
  startPeriodMs: z.int().nonnegative().optional(),
  retries: z.int().nonnegative().optional(),
})

export const RestartPolicySchema = z.object({
  name: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  // on-failure only; absent: for ever.
  maximumRetryCount: z.int().nonnegative().optional(),
})

export const ServiceSpecSchema = z.object({
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: StringMap.default({}),
  labels: StringMap.default({}),
  ports: z.array(PortSchema).default([]),
  expose: z.array(z.string()).default([]),
  volumes: z.array(MountSchema).default([]),
  // Keys of the app's networks. Empty with no networkMode means the app's `default` network.
  networks: z
    .record(z.string(), z.object({ aliases: z.array(z.string()).default([]), ipv4Address: z.string().optional() }))
    .default({}),
  // host, none, bridge, or service:<name>
  networkMode: z.string().optional(),
  dependsOn: z.record(z.string(), DependencySchema).default({}),
  healthcheck: HealthcheckSchema.optional(),
  restart: RestartPolicySchema.default({ name: 'always' }),
  devices: z.array(z.object({ host: z.string(), container: z.string(), permissions: z.string() })).default([]),
  privileged: z.boolean().default(false),
  capAdd: z.array(z.string()).default([]),
  capDrop: z.array(z.string()).default([]),
  securityOpt: z.array(z.string()).default([]),
  groupAdd: z.array(z.string()).default([]),
  user: z.string().optional(),
  workingDir: z.string().optional(),
  readOnly: z.boolean().default(false),
  // path → mount options ('' for none)
  tmpfs: StringMap.default({}),
  ulimits: z.record(z.string(), z.object({ soft: z.int(), hard: z.int() })).default({}),
  sysctls: StringMap.default({}),
  // host:address
  extraHosts: z.array(z.string()).default([]),
  dns: z.array(z.string()).default([]),
  dnsSearch: z.array(z.string()).default([]),
  dnsOpt: z.array(z.string()).default([]),
  memLimitBytes: z.int().positive().optional(),
  memReservationBytes: z.int().positive().optional(),
  cpus: z.number().positive().optional(),
  cpuShares: z.int().positive().optional(),
  cpuset: z.string().optional(),
  pidsLimit: z.int().optional(),
  shmSizeBytes: z.int().positive().optional(),
  oomScoreAdj: z.int().min(-1000).max(1000).optional(),
  stopSignal: z.string().optional(),
  stopGracePeriodMs: z.int().nonnegative().optional(),
  init: z.boolean().optional(),
  tty: z.boolean().default(false),
  hostname: z.string().optional(),
  domainname: z.string().optional(),
  ipc: z.string().optional(),
  pid: z.string().optional(),
  logging: z.object({ driver: z.string().optional(), options: StringMap.default({}) }).optional(),
})
export type ServiceSpec = z.infer<typeof ServiceSpecSchema>
export type ServiceSpecInput = z.input<typeof ServiceSpecSchema>

export const VolumeSpecSchema = z.object({
  labels: StringMap.default({}),
  driver: z.string().optional(),
  driverOpts: StringMap.default({}),
})
export type VolumeSpec = z.infer<typeof VolumeSpecSchema>

export const NetworkSpecSchema = z.object({
  labels: StringMap.default({}),
  driver: z.string().optional(),
  driverOpts: StringMap.default({}),
  internal: z.boolean().default(false),
  enableIpv6: z.boolean().default(false),
  ipam: z
    .object({
      driver: z.string().optional(),
      config: z.array(z.object({ subnet: z.string(), gateway: z.string().optional(), ipRange: z.string().optional() })),
    })
    .optional(),
})
export type NetworkSpec = z.infer<typeof NetworkSpecSchema>

/** A whole normalised compose project, as a release stores it. */
export const ComposeSpecSchema = z.object({
  services: z.record(ServiceNameSchema, ServiceSpecSchema),
  volumes: z.record(z.string(), VolumeSpecSchema).default({}),
  networks: z.record(z.string(), NetworkSpecSchema).default({}),
})
export type ComposeSpec = z.infer<typeof ComposeSpecSchema>
export type ComposeSpecInput = z.input<typeof ComposeSpecSchema>
