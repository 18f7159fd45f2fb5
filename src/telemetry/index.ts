export { createLog, type LogLevel, type LogOptions, type ProcessLog } from './log.ts'
