import { Readable } from 'node:stream'

/**
 * A base backup on its way from the server.
 * @typedef {object} BaseBackup
 * @property {Promise<number>} clusterBytes approximate size of the files, known before the first of them comes
 * @property {Readable} archive the files of the cluster and the write-ahead log that makes them consistent, as tar
 * @property {Promise<Buffer>} manifest PostgreSQL's own list of the files, with a SHA-256 each
 */

/** Kinds of copy messages, by their first byte (PostgreSQL, Streaming Replication Protocol, BASE_BACKUP). */
const kinds = { newArchive: 0x6e, manifest: 0x6d, data: 0x64 }

/**
 * Starts a base backup in a replication session: the server itself reads the files, verifies page checksums and leaves
 * out what is not needed. Backup mode ends with the session, however that ends.
 * @param {import('pg').Client} client connected with `replication: 'database'`
 * @returns {Promise<BaseBackup>}
 */
export async function startBaseBackup(client) {
  // The slot keeps the write-ahead log from here on until the session ends, however long the copy takes.
  await client.query(
    `CREATE_REPLICATION_SLOT heliograph_backup_${process.pid} TEMPORARY PHYSICAL RESERVE_WAL`,
  )
  const query = new BaseBackupQuery()
  client.once('error', (error) => query.handleError(error))
  client.once('end', () => query.handleError(new Error('the database ended the connection')))
  client.query(query)
  return { clusterBytes: query.clusterBytes, archive: query.archive, manifest: query.manifest }
}

const command = `BASE_BACKUP (LABEL 'heliograph', PROGRESS true, CHECKPOINT 'fast', WAL true,
  MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', VERIFY_CHECKSUMS true)`

/** A query, in the form that `pg` submits, that receives a copy; pg itself reads only rows. */
class BaseBackupQuery {
  /** @type {import('node:stream').Duplex | undefined} */
  #socket
  /** @type {Buffer[]} */
  #manifestParts = []
  #inManifest = false
  #archives = 0
  #size = deferred()
  #manifest = deferred()
  clusterBytes = this.#size.promise
  manifest = this.#manifest.promise
  archive = new Readable({ read: () => this.#socket?.resume(), highWaterMark: 4 * 1024 * 1024 })

  /** @param {{ query(text: string): void, stream: import('node:stream').Duplex }} connection */
  submit(connection) {
    this.#socket = connection.stream
    connection.query(command)
  }

  handleRowDescription() {}

  /** The rows of the second result are the tablespaces; the cluster itself is the one without an oid. */
  handleDataRow(/** @type {{ fields: (string | null)[] }} */ { fields }) {
    if (fields.length === 3 && fields[0] === null) this.#size.resolve(Number(fields[2]) * 1024)
  }

  handleCommandComplete() {}

  handleCopyData(/** @type {{ chunk: Buffer }} */ { chunk }) {
    const kind = chunk[0]
    if (kind === kinds.manifest) this.#inManifest = true
    if (kind === kinds.newArchive && ++this.#archives > 1)
      this.handleError(new Error('the database has tablespaces outside of its directory'))
    if (kind !== kinds.data) return
    // The parser reuses its memory.
    const data = Buffer.from(chunk.subarray(1))
    if (this.#inManifest) this.#manifestParts.push(data)
    else if (!this.archive.push(data)) this.#socket?.pause()
  }

  handleReadyForQuery() {
    this.archive.push(null)
    this.#manifest.resolve(Buffer.concat(this.#manifestParts))
  }

  /** @param {Error} error */
  handleError(error) {
    this.#size.reject(error)
    this.#manifest.reject(error)
    this.archive.destroy(error)
    // A paused socket would never report its end.
    this.#socket?.resume()
  }
}

function deferred() {
  /** @type {(value: any) => void} */
  let resolve = () => {}
  /** @type {(error: Error) => void} */
  let reject = () => {}
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Nobody may be waiting yet, and an unhandled rejection would end the process.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
