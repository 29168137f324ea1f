import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Authorities and certificates in a directory of their own, made by openssl. */
export class Certificates {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-tls-'))

  file(name: string): string {
    return path.join(this.directory, name)
  }

  read(name: string): Buffer {
    return fs.readFileSync(this.file(name))
  }

  makeAuthority(name: string): void {
    this.#openssl(
      'req',
      '-x509',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    )
  }

  make(name: string, authority: string, extension = 'basicConstraints=CA:FALSE'): void {
    this.#openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    fs.writeFileSync(this.file(`${name}.ext`), extension)
    const by = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial']
    this.#openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    )
  }

  /** Puts the file of one name in the place of another, at once. */
  replace(name: string, by: string): void {
    fs.copyFileSync(this.file(by), this.file(`${name}.new`))
    fs.renameSync(this.file(`${name}.new`), this.file(name))
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true })
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.directory, stdio: 'ignore' })
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
