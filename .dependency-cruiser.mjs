// Which file may import which: ARCHITECTURE.md in a form that `npm run check` enforces.
import { fileURLToPath } from 'node:url'

const spec = '\\.spec(-d)?\\.tsx?$'
const workspace = (name) => `(^|/)(@heliograph/${name}|packages/${name}|apps/${name})(/|$)`
const npmPackage = (names) => `(^|/)node_modules/(${names})(/|$)|^(${names})$`

/** A workspace's own code imports, of the other workspaces, only those named. */
const onlyWorkspaces = (name, folder, allowed) => ({
  name: `${name}-imports-only-${allowed.join('-and-') || 'itself'}`,
  comment: `Imports go one way: ${name} may use ${allowed.join(', ') || 'no other workspace'}.`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: `${spec}|/testing/` },
  to: {
    path: '^(packages|apps)/',
    pathNot: `^(${[folder, ...allowed.map((other) => `packages/${other}`)].join('|')})/`,
  },
})

/** Only the named places import a package. */
const onlyFrom = (name, packages, places, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(packages|apps|tests|scripts)/', pathNot: places },
  to: { path: npmPackage(packages) },
})

/** The districts of the api, the lowest first: each may import those before it. */
const districts = ['foundation', 'http', 'identity', 'registry', 'telemetry', 'messaging', 'insight']

const districtImportsOnlyLower = (district, index) => ({
  name: `api-${district}-imports-only-lower-districts`,
  comment: `Imports between districts go one way: ${districts.join(' ← ')}.`,
  severity: 'error',
  from: { path: `^apps/api/src/${district}/` },
  to: {
    path: '^apps/api/src/',
    pathNot: `^apps/api/src/(${districts.slice(0, index + 1).join('|')})/`,
  },
})

export default {
  forbidden: [
    ...districts.map(districtImportsOnlyLower),
    onlyWorkspaces('protocol', 'packages/protocol', []),
    onlyWorkspaces('broker', 'packages/broker', []),
    onlyWorkspaces('device-sdk', 'packages/device-sdk', ['protocol']),
    onlyWorkspaces('simulator', 'packages/simulator', ['protocol', 'device-sdk']),
    onlyWorkspaces('api', 'apps/api', ['protocol', 'broker']),
    onlyWorkspaces('web', 'apps/web', ['protocol', 'device-sdk']),
    {
      name: 'apps-never-import-each-other',
      comment: 'They speak over HTTP and MQTT; what both need is in packages/protocol.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'packages/protocol runs in devices, browsers and servers: it has zod and nothing else.',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: spec },
      to: { pathNot: `^packages/protocol/src/|${npmPackage('zod')}` },
    },
    {
      name: 'broker-knows-no-host',
      comment: 'packages/broker knows no Nest, no Prisma, no database and no device.',
      severity: 'error',
      from: { path: '^packages/broker/', pathNot: spec },
      to: { path: npmPackage('@nestjs/[^/]+|@prisma/[^/]+|pg|zod|fastify') },
    },
    onlyFrom(
      'only-the-broker-imports-aedes',
      'aedes|aedes-[^/]+|mqemitter|mqemitter-[^/]+',
      '^packages/broker/',
      'What aedes gets wrong is put right in packages/broker, so nobody goes past it.',
    ),
    onlyFrom(
      'only-the-database-folder-imports-prisma',
      '@prisma/[^/]+|prisma',
      '^apps/api/src/foundation/database/|^scripts/',
      'One place makes the client; all others are handed it.',
    ),
    {
      name: 'only-the-database-folder-imports-the-generated-client',
      comment:
        'One place makes the client. Types of its rows may be imported anywhere in the api, by `import type`.',
      severity: 'error',
      from: { pathNot: '^apps/api/src/foundation/database/' },
      to: { path: '^apps/api/src/foundation/database/generated/', dependencyTypesNot: ['type-only'] },
    },
    onlyFrom(
      'only-the-device-sdk-imports-mqtt',
      'mqtt',
      `^packages/device-sdk/|^tests/|^packages/broker/.+(${spec}|/testing/)`,
      'The web app and the simulator speak MQTT through the SDK, with its types and its access rules.',
    ),
    {
      name: 'services-know-no-transport',
      comment: 'A service throws domain errors and is called by HTTP and MQTT alike.',
      severity: 'error',
      from: { path: '^apps/api/src/.+\\.service\\.ts$' },
      to: {
        path: `${npmPackage('fastify|@nestjs/platform-fastify|@fastify/[^/]+|ws|aedes')}|${workspace('broker')}|^apps/api/src/(http|messaging/(broker-store|host|publishing))/|\\.controller\\.ts$`,
      },
    },
    {
      name: 'controllers-hold-no-queries',
      comment: 'controllers and MQTT hooks → services → database',
      severity: 'error',
      from: { path: '^apps/api/src/.+\\.controller\\.ts$' },
      to: { path: '^apps/api/src/foundation/database/' },
    },
    {
      name: 'web-features-never-import-each-other',
      comment: 'What two features share belongs to components or lib.',
      severity: 'error',
      from: { path: '^apps/web/src/features/([^/]+)/' },
      to: { path: '^apps/web/src/features/', pathNot: '^apps/web/src/features/$1/' },
    },
    {
      name: 'web-features-know-no-page',
      comment: 'app → features → components, lib',
      severity: 'error',
      from: { path: '^apps/web/src/(features|components|lib)/' },
      to: { path: '^apps/web/src/app/' },
    },
    {
      name: 'web-components-and-lib-know-no-feature',
      comment: 'app → features → components, lib',
      severity: 'error',
      from: { path: '^apps/web/src/(components|lib)/' },
      to: { path: '^apps/web/src/features/' },
    },
    {
      name: 'web-lib-knows-no-component',
      comment: 'app → features → components → lib',
      severity: 'error',
      from: { path: '^apps/web/src/lib/', pathNot: spec },
      to: { path: '^apps/web/src/components/' },
    },
    {
      name: 'product-code-knows-no-test',
      comment: 'Helpers of tests stay with the tests.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `${spec}|/testing/` },
      to: { path: `^tests/|${spec}|/testing/` },
    },
    {
      name: 'no-circular-imports',
      comment: 'Two files that need each other are one, or need a third.',
      severity: 'error',
      from: { path: '^(packages|apps|scripts|tests)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      comment: 'It would not run.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'dependencies-are-declared',
      comment: 'A package that a workspace imports is in its package.json.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/(src|bin)/', pathNot: spec },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    detectJSDocImports: true,
    tsConfig: { fileName: fileURLToPath(new URL('tsconfig.imports.json', import.meta.url)) },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
