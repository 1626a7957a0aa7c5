// Runs as plain Node before any transform, hence on the built package (npm run build).
export { startSharedServers as default } from '@flotilla/dev'
