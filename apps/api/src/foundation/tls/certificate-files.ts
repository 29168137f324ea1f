import fs from 'node:fs'
import tls from 'node:tls'
import { type Config, ConfigError } from '../config/config.js'

type Files = NonNullable<Config['tls']>

/** What the files of a certificate hold. */
export interface Pems {
  cert: Buffer
  key: Buffer
  /** Of TLS_CA; null when it is not set. */
  ca: Buffer | null
}

/** Reads the files, and checks that they are a certificate and its key. Throws a ConfigError that names what is wrong. */
export function readCertificate({ certFile, keyFile, caFile }: Files): Pems {
  const pems = {
    cert: readPem('TLS_CERT', certFile),
    key: readPem('TLS_KEY', keyFile),
    ca: caFile === null ? null : readPem('TLS_CA', caFile),
  }
  try {
    tls.createSecureContext({ cert: pems.cert, key: pems.key, ...(pems.ca === null ? {} : { ca: pems.ca }) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      `TLS_CERT, TLS_KEY: these files are not a certificate and its key in PEM: ${reason}`,
    )
  }
  return pems
}

/** Changes whenever one of the files does, also when a link comes to point to another file. */
export function versionOf({ certFile, keyFile, caFile }: Files): string {
  return [certFile, keyFile, ...(caFile === null ? [] : [caFile])].map(versionOfFile).join(' ')
}

function versionOfFile(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`
}

function readPem(variable: string, file: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw new ConfigError(`${variable}: ${(error as Error).message}`)
  }
}
