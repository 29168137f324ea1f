import { noFilter, readMigrations, toMigrationList } from './migrations.mjs'
import { readSchema, withSchemaEngine } from './schema-engine.mjs'

/**
 * The SQL that would have to be added to the migrations for them to make prisma/schema.prisma.
 * @param {string} shadowDatabaseUrl an empty database, which is left with the migrations applied
 * @returns {Promise<string | undefined>} undefined when there is nothing to add
 */
export async function schemaDrift(shadowDatabaseUrl) {
  const [path, content] = await readSchema()
  const migrationsList = toMigrationList(await readMigrations())
  const result = await withSchemaEngine(shadowDatabaseUrl, (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...migrationsList },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: true,
      filters: noFilter,
    }),
  )
  return result.exitCode === 2 ? (result.stdout ?? undefined) : undefined
}
