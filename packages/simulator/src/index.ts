export { type Api, ApiError, apiClient } from './api.js'
export { Fleet, type FleetCounts } from './fleet.js'
export { main } from './main.js'
export { type SimulateOptions, UsageError } from './options.js'
