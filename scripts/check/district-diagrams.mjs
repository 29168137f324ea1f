import fs from 'node:fs'
import { inProject } from '../foundation/paths.mjs'
import { runCommand } from '../process/run-command.mjs'

/** @typedef {Map<string, Set<string>>} Graph for each node, the nodes that it imports */

const api = 'apps/api/src/'
const collapse = `^(${api}[^/]+|packages/[^/]+|apps/[^/]+)`

/** Makes docs/districts.md: the imports between workspaces, and between the districts of the api, as diagrams. */
export async function makeDistrictsPage() {
  const imports = await readImports()
  const workspaces = group(imports, (name) => (name.startsWith(api) ? 'apps/api' : name))
  const districts = keep(imports, (name) => name.startsWith(api) && !name.endsWith('.ts'))
  return `# Workspaces and districts

Written by \`npm run generate\` from the imports in the source, as dependency-cruiser finds them; change the code, not this
file. An arrow means “imports”. The rules are in \`.dependency-cruiser.mjs\`, and [ARCHITECTURE.md](../ARCHITECTURE.md) says
what the parts are.

## Workspaces

${diagram(workspaces, (name) => name)}

## Districts of \`apps/api/src\`

${diagram(districts, (name) => name.slice(api.length))}

Of the other workspaces they import:

${[...districts.keys()].map((district) => packagesOf(district, imports)).join('\n')}
`
}

/** @returns {Promise<Graph>} */
async function readImports() {
  const sources = ['packages', 'apps'].flatMap((root) =>
    fs.readdirSync(inProject(root)).map((name) => `${root}/${name}/src`),
  )
  const { ok, lines, stdout } = await runCommand(process.execPath, [
    inProject('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config=.dependency-cruiser.mjs',
    '--output-type=json',
    '--include-only=^(apps|packages)/',
    '--exclude=\\.spec(-d)?\\.tsx?$|/testing/|node_modules',
    `--collapse=${collapse}`,
    ...sources.filter((directory) => fs.existsSync(inProject(directory))),
  ])
  if (!ok) throw new Error(`dependency-cruiser failed:\n${lines.join('\n')}`)
  /** @type {{ modules: { source: string, dependencies: { resolved: string }[] }[] }} */
  const { modules } = JSON.parse(stdout)
  return new Map(
    modules.map(({ source, dependencies }) => [
      source,
      new Set(dependencies.map(({ resolved }) => resolved)),
    ]),
  )
}

/**
 * Replaces each node by the group that it belongs to.
 * @param {Graph} graph
 * @param {(name: string) => string} groupOf
 * @returns {Graph}
 */
function group(graph, groupOf) {
  /** @type {Graph} */
  const groups = new Map()
  for (const [from, targets] of graph) {
    const name = groupOf(from)
    const others = [...targets].map(groupOf).filter((target) => target !== name)
    groups.set(name, new Set([...(groups.get(name) ?? []), ...others]))
  }
  return sorted(groups)
}

/**
 * Keeps the nodes that pass, and the edges between them.
 * @param {Graph} graph
 * @param {(name: string) => boolean} passes
 * @returns {Graph}
 */
function keep(graph, passes) {
  const kept = [...graph].filter(([name]) => passes(name))
  return sorted(new Map(kept.map(([name, targets]) => [name, new Set([...targets].filter(passes))])))
}

/**
 * Orders the nodes so that each comes after the nodes that it imports, and by name otherwise.
 * @param {Graph} graph
 * @returns {Graph}
 */
function sorted(graph) {
  /** @type {Graph} */
  const result = new Map()
  const rest = new Map([...graph].sort(([a], [b]) => (a < b ? -1 : 1)))
  while (rest.size > 0) {
    const next = [...rest].find(([, targets]) => [...targets].every((target) => !rest.has(target)))
    const [name, targets] = next ?? /** @type {[string, Set<string>]} */ ([...rest][0])
    result.set(name, new Set([...targets].sort()))
    rest.delete(name)
  }
  return result
}

/**
 * @param {Graph} graph
 * @param {(name: string) => string} labelOf
 */
function diagram(graph, labelOf) {
  const names = [...graph.keys()].reverse()
  const id = (/** @type {string} */ name) => labelOf(name).replaceAll(/\W/g, '_')
  const nodes = names.map((name) => `  ${id(name)}["${labelOf(name)}"]`)
  const edges = names.flatMap((name) =>
    [...(graph.get(name) ?? [])].map((target) => `  ${id(name)} --> ${id(target)}`),
  )
  return ['```mermaid', 'flowchart TD', ...nodes, ...edges, '```'].join('\n')
}

/**
 * @param {string} district
 * @param {Graph} imports
 */
function packagesOf(district, imports) {
  const packages = [...(imports.get(district) ?? [])].filter((name) => name.startsWith('packages/')).sort()
  const list = packages.map((name) => `\`${name}\``).join(', ')
  return `- \`${district.slice(api.length)}\`: ${list || 'none'}`
}
