import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { inProject } from '../foundation/paths.mjs'

const require = createRequire(import.meta.url)

/** @typedef {import('@prisma/schema-engine-wasm').SchemaEngine} SchemaEngine */

/**
 * Runs `use` with Prisma's schema engine as WebAssembly: the same migrations and the same `_prisma_migrations` table as
 * `prisma migrate`, without its native engine, which would have to be downloaded.
 * @template T
 * @param {string} databaseUrl
 * @param {(engine: SchemaEngine) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withSchemaEngine(databaseUrl, use) {
  loading ??= loadSchemaEngine()
  const SchemaEngine = await loading
  const pool = new pg.Pool({ connectionString: databaseUrl })
  /** @type {Error | undefined} */
  let scriptError
  const adapterFactory = migrationAdapter(pool, (error) => {
    scriptError = error
  })
  try {
    const datamodels = [await readSchema()]
    const engine = await SchemaEngine.new(
      { datamodels },
      () => {},
      bindMigrationAwareSqlAdapterFactory(adapterFactory),
    )
    return await use(engine)
  } catch (error) {
    // The engine's own error says only that a script failed.
    throw scriptError ?? error
  } finally {
    await pool.end()
  }
}

/** @returns {Promise<[path: string, content: string]>} */
export async function readSchema() {
  return ['schema.prisma', await fs.readFile(inProject('prisma', 'schema.prisma'), 'utf8')]
}

/**
 * Prisma's adapter with two corrections for migrations. The shadow database is the database itself: callers that need
 * one pass an empty database.
 * @param {pg.Pool} pool
 * @param {(error: Error) => void} onScriptError
 */
function migrationAdapter(pool, onScriptError) {
  const factory = new PrismaPg(pool)
  const connect = async () => {
    const adapter = await factory.connect()
    sendScriptsWhole(adapter, pool, onScriptError)
    return describeSingleCharacters(adapter)
  }
  const { adapterName } = factory
  return { adapterName, provider: /** @type {const} */ ('postgres'), connect, connectToShadowDb: connect }
}

/**
 * The adapter cuts a migration at every semicolon, in comments, strings and functions too. Sent whole, as the native
 * engine does, PostgreSQL runs it in one transaction.
 * @param {import('@prisma/driver-adapter-utils').SqlDriverAdapter} adapter
 * @param {pg.Pool} pool
 * @param {(error: Error) => void} onScriptError
 */
function sendScriptsWhole(adapter, pool, onScriptError) {
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script)
    } catch (error) {
      onScriptError(withLine(/** @type {pg.DatabaseError} */ (error), script))
      throw error
    }
  }
}

/**
 * The engine reads columns of the type "char" from PostgreSQL's catalogue, a type that the adapter refuses.
 * @template {import('@prisma/driver-adapter-utils').SqlDriverAdapter} A
 * @param {A} adapter
 */
function describeSingleCharacters(adapter) {
  const inner = /** @type {A & { performIO(query: object): Promise<pg.QueryArrayResult> }} */ (adapter)
  const { queryRaw, performIO } = inner
  inner.queryRaw = async (query) => {
    /** @type {number[]} */
    const characterColumns = []
    const performing = Object.create(adapter, {
      performIO: {
        async value(/** @type {object} */ input) {
          const result = await performIO.call(adapter, input)
          result.fields.forEach((field, index) => {
            if (field.dataTypeID !== pg.types.builtins.CHAR) return
            field.dataTypeID = pg.types.builtins.TEXT
            characterColumns.push(index)
          })
          return result
        },
      },
    })
    const result = await queryRaw.call(performing, query)
    for (const index of characterColumns) result.columnTypes[index] = ColumnTypeEnum.Character
    return result
  }
  return inner
}

/**
 * @param {pg.DatabaseError} error
 * @param {string} script
 */
function withLine(error, script) {
  if (!error.position) return error
  const line = script.slice(0, Number(error.position)).split('\n').length
  return new Error(`line ${line}: ${error.message}`, { cause: error })
}

/** @type {ReturnType<typeof loadSchemaEngine> | undefined} The glue code serves one instance at a time. */
let loading

/** Node 20 cannot import a .wasm file, so the package's own entry does not load; its glue code does. */
async function loadSchemaEngine() {
  const gluePath = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const glue = await import(pathToFileURL(gluePath).href)
  const bytes = await fs.readFile(path.join(path.dirname(gluePath), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  const start = /** @type {(() => void) | undefined} */ (instance.exports.__wbindgen_start)
  start?.()
  return /** @type {typeof import('@prisma/schema-engine-wasm').SchemaEngine} */ (glue.SchemaEngine)
}
