import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Bytes that the kernel takes for the path of a Unix socket, without the closing zero. */
const longestPathBytes = process.platform === 'linux' ? 107 : 103

const nameLength = 'ffffffff.sock'.length

/**
 * The directory of the Unix sockets that the web process listens on, which no other user can enter: in the data directory
 * or, when that path is too long for a socket, in the temporary directory.
 */
export class PagesSocket {
  private constructor(private readonly directory: string) {}

  /** Makes the directory, and removes what a platform that was killed left there. */
  static create(dataDir: string): PagesSocket {
    const preferred = path.resolve(dataDir, 'pages-socket')
    if (!fitsSocket(preferred)) return new PagesSocket(fs.mkdtempSync(path.join(os.tmpdir(), 'hg-pages-')))
    fs.rmSync(preferred, { recursive: true, force: true })
    fs.mkdirSync(preferred, { recursive: true, mode: 0o700 })
    return new PagesSocket(preferred)
  }

  /** A path that no process has listened on: one that ends late removes its own socket, not that of the next one. */
  nextPath(): string {
    return path.join(this.directory, `${randomBytes(4).toString('hex')}.sock`)
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true })
  }
}

function fitsSocket(directory: string): boolean {
  return Buffer.byteLength(directory) + 1 + nameLength <= longestPathBytes
}
