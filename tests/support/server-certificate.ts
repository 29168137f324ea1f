import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A certificate of 127.0.0.1 that signs itself, in files. */
export interface ServerCertificate {
  certFile: string
  keyFile: string
  pem: Buffer
  remove(): void
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

export function makeServerCertificate(): ServerCertificate {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-certificate-'))
  const [certFile, keyFile] = [path.join(directory, 'server.crt'), path.join(directory, 'server.key')]
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const name = ['-subj', '/CN=server', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...newKey, ...name, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  })
  return {
    certFile,
    keyFile,
    pem: fs.readFileSync(certFile),
    remove: () => fs.rmSync(directory, { recursive: true }),
  }
}
