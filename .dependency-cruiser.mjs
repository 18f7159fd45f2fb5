import { floors, rooms } from './scripts/checks/floors.ts'

const roomsFrom = (level) => floors.slice(level).flat().join('|')

/** Never up: `level` may not reach a floor above it. */
const upward = floors.slice(0, -1).map((floor, level) => ({
  name: 'no-upward-import',
  comment: `Floor ${level} imports from lower floors only; app.ts introduces rooms to each other.`,
  severity: 'error',
  from: { path: `^src/(${floor.join('|')})/` },
  to: { path: `^src/(${roomsFrom(level + 1)})/` },
}))

/** Never sideways: two rooms of one floor share a function, not an import. */
const sideways = floors
  .filter((floor) => floor.length > 1)
  .map((floor) => ({
    name: 'no-sideways-import',
    comment: 'Rooms of one floor get functions of each other from app.ts.',
    severity: 'error',
    from: { path: `^src/(${floor.join('|')})/` },
    to: { path: `^src/(${floor.join('|')})/`, pathNot: '^src/$1/' },
  }))

export default {
  forbidden: [
    ...upward,
    ...sideways,
    {
      name: 'no-import-past-a-door',
      comment: 'Another room is reached through its index.ts only.',
      severity: 'error',
      from: { path: `^src/(${rooms.join('|')})/` },
      to: { path: `^src/(${rooms.join('|')})/(?!index\\.ts$)`, pathNot: '^src/$1/' },
    },
    {
      name: 'no-import-past-a-door',
      comment: 'app.ts and main.ts reach a room through its index.ts only.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '\\.test\\.ts$' },
      to: { path: `^src/(${rooms.join('|')})/(?!index\\.ts$)` },
    },
    {
      name: 'core-imports-no-room',
      comment: 'The ground floor is pure.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(?!core/)' },
    },
    {
      name: 'no-import-of-app',
      comment: 'Only main.ts, cli/ and tests build the whole application.',
      severity: 'error',
      from: { path: '^(src|scripts|web)/', pathNot: '^src/main\\.ts$|^src/cli/|\\.test\\.ts$' },
      to: { path: '^src/app\\.ts$' },
    },
    {
      name: 'no-import-of-another-dialect',
      comment: 'A dialect speaks one protocol; what two of them need is in dialects/ itself or in a lower room.',
      severity: 'error',
      from: { path: '^src/dialects/([^/]+)/' },
      to: { path: '^src/dialects/[^/]+/', pathNot: '^src/dialects/$1/' },
    },
    {
      name: 'web-speaks-http-only',
      comment: 'The page shares no code with the server.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test|scripts|bin|bench|evals)/' },
    },
    {
      name: 'server-stands-alone',
      comment: 'The server ships without the page’s sources, tests, scripts and measurements.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(web|test|scripts|bin|bench|evals|engines)/' },
    },
    {
      name: 'no-cycle',
      comment: 'Two modules that need each other are one, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable-import',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-server',
      comment: 'The installed package has no devDependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(build|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
