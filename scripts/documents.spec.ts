import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { inProject } from './foundation/paths.mjs'

describe('links in the documents', () => {
  it.each(documents())('of %s lead somewhere', (file) => {
    expect(brokenLinks(file)).toEqual([])
  })

  it('are found where there are some', () => {
    expect(linksOf(withoutCode(read('README.md'))).length).toBeGreaterThan(10)
  })
})

describe('ARCHITECTURE.md', () => {
  it('names files that are there, for each behaviour in two hops', () => {
    const [, section = ''] = read('ARCHITECTURE.md').split('## Behaviours in two hops')
    const rows = [...section.matchAll(/^\| [^|]+ \| +`([^`]+)` +\| `([^`]+)`/gm)]
    expect(rows.length).toBeGreaterThanOrEqual(10)
    const missing = rows.map(([, folder = '', file = '']) => path.join(folder, file))
    expect(missing.filter((file) => !fs.existsSync(inProject(file)))).toEqual([])
  })
})

describe('SECURITY.md', () => {
  it('names each test of tests/security', () => {
    const named = new Set(linksOf(read('SECURITY.md')))
    const specs = fs.readdirSync(inProject('tests/security')).filter((name) => name.endsWith('.spec.ts'))
    expect(specs.filter((name) => !named.has(`tests/security/${name}`))).toEqual([])
    expect(specs.length).toBeGreaterThan(5)
  })

  it('names, for each attack, code that defends and a test that attacks', () => {
    const [, section = ''] = read('SECURITY.md').split('## Attacks')
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (attack|---)/.test(line))
      .map((line) => line.split(' | '))
    expect(rows.length).toBeGreaterThan(20)
    const isTest = (link: string) => /\.spec\.ts$|CONFORMANCE\.md$/.test(link)
    for (const [attack, , tests = ''] of rows)
      expect([attack, linksOf(tests).filter(isTest)]).not.toEqual([attack, []])
  })
})

/** What people read, relative to the project. */
function documents(): string[] {
  const workspaces = ['packages', 'apps'].flatMap((root) =>
    fs.readdirSync(inProject(root)).map((name) => `${root}/${name}`),
  )
  return ['.', 'docs', 'bench', ...workspaces].flatMap((directory) =>
    fs
      .readdirSync(inProject(directory))
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join(directory, name)),
  )
}

/** Relative links to a file or a heading that is not there. Other sites are not asked. */
function brokenLinks(file: string): string[] {
  return linksOf(withoutCode(read(file))).filter((link) => {
    if (/^[a-z]+:/i.test(link)) return false
    const [target = '', anchor] = link.split('#')
    const found = target === '' ? file : path.join(path.dirname(file), target)
    if (!fs.existsSync(inProject(found))) return true
    return anchor !== undefined && !anchorsOf(found).has(anchor)
  })
}

function linksOf(markdown: string): string[] {
  const inline = [...markdown.matchAll(/\]\(([^()\s]+)\)/g)]
  const references = [...markdown.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)]
  return [...inline, ...references].map(([, link = '']) => link)
}

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(file: string): Set<string> {
  const headings = [...withoutBlocks(read(file)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const seen = new Map<string, number>()
  return new Set(
    headings.map((heading) => {
      const count = seen.get(heading) ?? 0
      seen.set(heading, count + 1)
      return count === 0 ? heading : `${heading}-${count}`
    }),
  )
}

const withoutBlocks = (markdown: string) => markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
const withoutCode = (markdown: string) => withoutBlocks(markdown).replaceAll(/`[^`\n]*`/g, '')
const read = (file: string) => fs.readFileSync(inProject(file), 'utf8')
