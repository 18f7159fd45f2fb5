export type { Entry, NewEntry } from './entry.ts'
export { timelineRoutes } from './routes.ts'
export { createTimeline, type Timeline } from './timeline.ts'
