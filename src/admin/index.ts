export { createHealthRoutes, type HealthDeps } from './health.ts'
