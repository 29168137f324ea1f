import fs from 'node:fs'
import { inProject } from '../foundation/paths.mjs'

/** @typedef {{ version?: string, license?: string, dev?: boolean, link?: boolean }} LockedPackage */

/** Licences that may be distributed with software under Apache-2.0, as SPDX names them. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
  'Zlib',
])

/** Licences with duties of their own, and why they are met. */
const acceptedWith = new Map([
  ['CC-BY-4.0', 'data of browsers for the build of the pages; named here'],
  ['EPL-2.0', 'used unchanged, as a package of its own'],
  ['LGPL-3.0-or-later', 'a library of its own that whoever installs it may replace'],
  ['MPL-2.0', 'used unchanged, as a package of its own'],
])

/** Packages whose entry in package-lock.json has no licence; their sources have this one. */
const unnamed = new Map([
  ['@next/swc-darwin-arm64', 'MIT'],
  ['@next/swc-darwin-x64', 'MIT'],
  ['@next/swc-win32-arm64-msvc', 'MIT'],
  ['@next/swc-win32-x64-msvc', 'MIT'],
  ['seq-queue', 'MIT'],
])

/** Makes docs/licences.md from package-lock.json. Throws when a package has a licence that nobody has accepted. */
export async function makeLicencesPage() {
  const byLicence = packagesByLicence()
  const sections = [...byLicence]
    .sort(([one], [other]) => one.localeCompare(other, 'en'))
    .map(([licence, names]) => `## ${licence}\n\n${[...new Set(names)].sort().join(', ')}`)
  return `# Licences

Written by \`npm run generate\` from package-lock.json; change that, not this file.

Heliograph is under the [Apache License 2.0](../LICENSE). These are the packages that an installation may hold, by their licences; of those that
are made for one system, it holds its own. \`npm run check\` fails when a package has a licence that is not among those that
[licences-document.mjs](../scripts/check/licences-document.mjs) accepts. \`npm run sbom\` prints all of them with versions and hashes, as CycloneDX.

${[...acceptedWith].map(([licence, why]) => `- ${licence}: ${why}.`).join('\n')}

${sections.join('\n\n')}
`
}

/** @returns {Map<string, string[]>} */
function packagesByLicence() {
  /** @type {{ packages: Record<string, LockedPackage> }} */
  const { packages } = JSON.parse(fs.readFileSync(inProject('package-lock.json'), 'utf8'))
  const found = new Map()
  for (const [place, { license, dev, link }] of Object.entries(packages)) {
    const name = place.split('node_modules/').at(-1) ?? ''
    if (!place.includes('node_modules/') || dev || link) continue
    const licence = license ?? unnamed.get(name)
    const refused = partsOf(licence).filter((part) => !accepted.has(part) && !acceptedWith.has(part))
    if (licence === undefined || refused.length > 0)
      throw new Error(`${name} has the licence ${licence ?? '(none)'}, which nobody has accepted`)
    found.set(licence, [...(found.get(licence) ?? []), name])
  }
  return found
}

/** @param {string | undefined} licence */
function partsOf(licence) {
  return licence?.replace(/[()]/g, '').split(/ and | or /i) ?? []
}
