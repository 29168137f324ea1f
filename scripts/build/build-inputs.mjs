import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { inProject, projectRoot } from '../foundation/paths.mjs'

const roots = ['packages', 'apps', 'prisma/schema.prisma']
const files = [
  'package-lock.json',
  'tsconfig.base.json',
  'turbo.json',
  'prisma.config.ts',
  'scripts/prisma-generate.mjs',
]

/** Directories that hold build output, or files that no build reads. */
const ignoredDirectories = new Set(['node_modules', 'dist', '.next', '.turbo', 'generated', 'coverage'])
const ignoredFiles = /(\.spec\.tsx?|\.spec-d\.ts|\.md|\.tsbuildinfo|next-env\.d\.ts)$/

/** Hashes everything that the build reads; when the hash is the same, there is nothing to build. */
export function hashBuildInputs() {
  const hash = createHash('sha256').update(process.version)
  for (const file of [
    ...roots.flatMap((root) => listFiles(inProject(root))),
    ...files.map((file) => inProject(file)),
  ]) {
    hash.update(`\0${path.relative(projectRoot, file)}\0`).update(fs.readFileSync(file))
  }
  return hash.digest('hex')
}

/**
 * @param {string} location
 * @returns {string[]}
 */
function listFiles(location) {
  if (fs.statSync(location).isFile()) return [location]
  return fs
    .readdirSync(location, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(location, entry.name)
      if (entry.isDirectory()) return ignoredDirectories.has(entry.name) ? [] : listFiles(file)
      return ignoredFiles.test(entry.name) ? [] : [file]
    })
}
