/** What to use instead of the compose fields that Flotilla does not carry out, or not in the same way. */

const ONE_PER_BOARD = 'every board runs one container of each service'
const FLOTILLA_VARIABLES =
  'set Flotilla variables instead (flotilla env set), which are kept secret and reach the environment'

export const INSTEAD_IN_FILE: Record<string, string> = {
  configs: 'COPY the files into the image, or use Flotilla variables',
  secrets: FLOTILLA_VARIABLES,
  include: 'write the services into this file',
  models: 'run the model as a service of its own',
}

export const INSTEAD_IN_SERVICE: Record<string, string> = {
  annotations: 'use labels',
  attach: 'it is only for `docker compose up`; leave it out',
  blkio_config: 'limit the service with cpus and mem_limit',
  cgroup: 'leave it out; the engine decides',
  cgroup_parent: 'leave it out; the engine decides',
  configs: 'COPY the files into the image, or use Flotilla variables',
  container_name: `names are given by Flotilla; other services reach this one by its service name`,
  cpu_count: 'use cpus',
  cpu_percent: 'use cpus',
  cpu_period: 'use cpus',
  cpu_quota: 'use cpus',
  cpu_rt_period: 'use cpus',
  cpu_rt_runtime: 'use cpus',
  credential_spec: 'it is only for Windows; leave it out',
  deploy: `${ONE_PER_BOARD}; use mem_limit, cpus and restart for what stands below deploy`,
  develop: 'it is only for `docker compose watch`; keep it in a compose.override.yaml of your own',
  device_cgroup_rules: 'use devices, or privileged where rules are not enough',
  env_file: `write the variables under environment, or ${FLOTILLA_VARIABLES}`,
  extends: 'use a YAML anchor: `x-base: &base {…}` and `<<: *base`',
  external_links: 'put both services in this file; they reach each other by service name',
  gpus: 'use devices',
  isolation: 'it is only for Windows; leave it out',
  label_file: 'write them under labels',
  links: 'services reach each other by service name; use networks with aliases for other names',
  mac_address: 'the engine gives it; leave it out',
  mem_swappiness: 'use mem_limit',
  memswap_limit: 'use mem_limit',
  models: 'run the model as a service of its own',
  oom_kill_disable: 'use oom_score_adj',
  platform: 'images are built for every platform of the fleet; set the platforms of the fleet',
  post_start: 'do it in the entrypoint of the image',
  pre_stop: 'do it on stop_signal in the program',
  profiles: 'every service runs on every board; use another fleet, or another branch, for a different set',
  provider: 'use image or build',
  pull_policy: 'images are addressed by digest and fetched once; leave it out',
  runtime: "leave it out; the board's engine has one runtime",
  scale: ONE_PER_BOARD,
  secrets: FLOTILLA_VARIABLES,
  stdin_open: 'nobody types on a board; leave it out',
  storage_opt: 'use a volume or tmpfs',
  use_api_socket: 'leave it out; services cannot speak to the engine',
  userns_mode: 'leave it out; use user',
  uts: 'leave it out; use hostname',
  volumes_from: 'give both services the same named volume',
}

export const INSTEAD_IN_BUILD: Record<string, string> = {
  additional_contexts: 'use one context for both, or a multi-stage Dockerfile',
  cache_from: "the previous release's image is used by itself; leave it out",
  cache_to: "the previous release's image is used by itself; leave it out",
  dockerfile_inline: 'write a Dockerfile beside the compose file',
  entitlements: 'builds have no special rights; leave it out',
  extra_hosts: 'leave it out; builds resolve names with DNS',
  isolation: 'it is only for Windows; leave it out',
  labels: 'use LABEL in the Dockerfile, or labels of the service',
  network: 'builds use the network of the builder; leave it out',
  no_cache: 'change the Dockerfile, or an ARG in front of the step that must run again',
  platforms: 'set the platforms of the fleet',
  privileged: 'builds have no special rights; leave it out',
  provenance: 'leave it out',
  pull: 'name the base image by digest',
  sbom: 'leave it out',
  secrets: 'build secrets are not supported; fetch what is private before the push, or vendor it',
  shm_size: 'leave it out',
  ssh: 'builds have no ssh keys; vendor private dependencies into the tree',
  tags: 'tags are given by Flotilla; leave it out',
  ulimits: 'leave it out',
}

export const INSTEAD_IN_HEALTHCHECK: Record<string, string> = {
  start_interval: 'use interval and start_period',
}
