import fs from 'node:fs'
import path from 'node:path'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'

/**
 * The part of the environment that the scripts need to start the processes. It is read here a second time because the
 * scripts run before anything is installed or built; the api checks all of it, and a spec holds the defaults equal.
 * @typedef {object} Configuration
 * @property {string} host
 * @property {number} port
 * @property {number} mqttPort 0 when off
 * @property {number} mqttsPort 0 when off
 * @property {number} httpsPort 0 when off
 * @property {string | undefined} databaseUrl
 * @property {string} dataDir absolute
 */

/**
 * Reads `.env`, without overriding what is set, and then the environment.
 * @returns {Configuration}
 */
export function readConfiguration() {
  loadEnvFile(inProject('.env'))
  return parseConfiguration(process.env)
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Configuration}
 */
export function parseConfiguration(env) {
  return {
    host: env.HOST || '127.0.0.1',
    ...parsePorts(env),
    databaseUrl: parseDatabaseUrl(env.DATABASE_URL),
    dataDir: path.resolve(projectRoot, env.DATA_DIR || '.data'),
  }
}

/** @param {NodeJS.ProcessEnv} env */
function parsePorts(env) {
  const ports = {
    port: parsePort(env, 'PORT', 3000),
    mqttPort: parsePort(env, 'MQTT_PORT', 1883),
    mqttsPort: parsePort(env, 'MQTTS_PORT', 0),
    httpsPort: parsePort(env, 'HTTPS_PORT', 0),
  }
  const used = Object.values(ports).filter((port) => port > 0)
  if (new Set(used).size === used.length) return ports
  throw new UserError(
    'PORT, MQTT_PORT, MQTTS_PORT and HTTPS_PORT have to differ.',
    `They are ${Object.values(ports).join(', ')}.`,
  )
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {number} fallback
 */
function parsePort(env, name, fallback) {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && !(name === 'PORT' && port === 0)) return port
  const range = name === 'PORT' ? '1 to 65535' : '1 to 65535, or 0 for off'
  throw new UserError(`${name} is ${JSON.stringify(text)}; a port is a number from ${range}.`)
}

/** @param {string | undefined} text */
function parseDatabaseUrl(text) {
  if (!text) return undefined
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text
  throw new UserError(
    'DATABASE_URL is not the address of a PostgreSQL database.',
    'Expected: postgresql://user:password@host:5432/database; characters such as @ or / in the password as %40, %2F.',
  )
}

/** @param {string} file */
function loadEnvFile(file) {
  if (!fs.existsSync(file)) return
  try {
    process.loadEnvFile(file)
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${/** @type {Error} */ (error).message}`)
  }
}
