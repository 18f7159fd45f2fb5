export type { DatabaseAddress } from './address.ts'
export type { Explanation, Origin } from './explain.ts'
export { type ConfigSources, type Inspection, inspectConfig, type LoadedConfig, loadConfig } from './load.ts'
export type { Config, SettingKey } from './settings.ts'
