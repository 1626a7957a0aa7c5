/**
 * The client of Flotilla's REST API, typed by the OpenAPI document that the control plane's controllers make. It works
 * in browsers and in Node, and knows nothing of who uses it.
 */
export { type ApiClient, type ApiConnection, createApiClient } from './client.js'
export { ApiProblem, unwrap } from './problem.js'
export { type EventPath, type EventOf, followEvents, type FollowOptions } from './follow-events.js'
export type { components, paths } from './generated/schema.js'
