export { stopSharedServers as default } from '@flotilla/dev'
