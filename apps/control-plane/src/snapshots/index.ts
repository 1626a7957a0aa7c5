/**
 * Snapshots that devices have uploaded: sealed copies of volumes in the object storage, each with a key of its own, and
 * what a replacement board starts from. How the storage keeps them is not known here.
 */
export { SnapshotRetention } from './snapshot-retention.service.js'
export { SnapshotsModule } from './snapshots.module.js'
