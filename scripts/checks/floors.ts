/** The building: which rooms are on which floor. A room imports from lower floors only, and only through doors. */
export const floors: readonly (readonly string[])[] = [
  ['core'],
  ['config', 'storage', 'language', 'http', 'telemetry'],
  ['auth', 'providers', 'retrieval', 'timeline', 'usage', 'safety', 'tools', 'jobs'],
  ['knowledge', 'memory', 'inbox'],
  ['chat'],
  ['dialects', 'admin'],
  ['cli'],
]

/** Every room there may be; a folder of `src/` that is none of these has no place in the building. */
export const rooms: readonly string[] = floors.flat()
