import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { inProject } from './foundation/paths.mjs'

interface Service {
  image?: string
  build?: { dockerfile: string; target: string }
  environment?: Record<string, string>
  read_only?: boolean
  tmpfs?: string[]
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  mem_limit?: string
  pids_limit?: number
  depends_on?: Record<string, { condition: string }>
  networks?: string[] | Record<string, unknown>
  volumes?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
}

const read = (file: string) => fs.readFileSync(inProject(file), 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>
  networks: Record<string, unknown>
  volumes: Record<string, unknown>
}
const services = Object.entries(compose.services)
const dockerfile = read('deploy/Dockerfile')

/** An exact version, and the digest if there is one. */
const exactImage = /^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?(@sha256:[0-9a-f]{64})?$/
const amount = /^(\$\{[A-Z_]+:-)?\d+[mg]\}?$/

/** The instructions of one stage of the Dockerfile. */
function stage(name: string): string {
  const [, text] =
    new RegExp(`^FROM \\S+ AS ${name}\\n([\\s\\S]*?)(?=^FROM |(?![\\s\\S]))`, 'm').exec(dockerfile) ?? []
  if (text === undefined) throw new Error(`deploy/Dockerfile has no stage ${name}`)
  return text
}

/** Whether another service waits until it has ended. */
function runsOnce(name: string): boolean {
  return services.some(
    ([, { depends_on: needs }]) => needs?.[name]?.condition === 'service_completed_successfully',
  )
}

describe('docker-compose.yml', () => {
  it.each(services)('confines %s', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: expect.arrayContaining(['/tmp']),
      mem_limit: expect.stringMatching(amount),
      pids_limit: expect.any(Number),
    })
  })

  it('gives no capability but that of low ports, to the proxy', () => {
    expect(
      services.filter(([, { cap_add: added }]) => added).map(([name, { cap_add: added }]) => [name, added]),
    ).toEqual([['caddy', ['NET_BIND_SERVICE']]])
  })

  it.each(services.filter(([name]) => !runsOnce(name)))(
    'checks the health of %s',
    (_, { build, healthcheck }) => {
      if (build) expect(stage(build.target)).toContain('HEALTHCHECK ')
      else expect(healthcheck?.test?.length).toBeGreaterThan(1)
    },
  )

  it('names exact versions of images', () => {
    const images = services.flatMap(([, { image }]) => (image === undefined ? [] : [image]))
    expect(images.length).toBeGreaterThan(2)
    for (const image of images) expect(image).toMatch(exactImage)
    expect(/^ARG NODE_IMAGE=(node:24\.\S+)$/m.exec(dockerfile)?.[1]).toMatch(exactImage)
  })

  it('shows the superuser’s password to PostgreSQL and to what makes the api’s role alone', () => {
    const knowing = services.filter(([, service]) => JSON.stringify(service).includes('POSTGRES_PASSWORD'))
    expect(knowing.map(([name]) => name)).toEqual(['postgres', 'database-role'])
  })

  it('names only services, networks and volumes that there are', () => {
    for (const [, { depends_on: needs = {}, networks = [], volumes = [] }] of services) {
      expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(needs)))
      const named = Array.isArray(networks) ? networks : Object.keys(networks)
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(named))
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        if (source.startsWith('./')) expect(fs.existsSync(inProject(source))).toBe(true)
        else expect(Object.keys(compose.volumes)).toContain(source)
      }
    }
  })
})

describe('deploy/Dockerfile', () => {
  it.each(['api', 'web'])('runs %s as an account that is not root', (name) => {
    expect(stage(name)).toMatch(/^USER node$/m)
  })

  it('copies all that its scripts import', () => {
    const copied = [
      ...stage('api')
        .replaceAll('\\\n', ' ')
        .matchAll(/^COPY (scripts\/.+) scripts\/\S*$/gm),
    ].flatMap(([, files = '']) => files.trim().split(/\s+/))
    const needed = ['scripts/migrate.mjs', 'scripts/database-role.mjs'].flatMap((file) => [...closure(file)])
    expect([...new Set(copied)].sort()).toEqual([...new Set(needed)].sort())
  })
})

/** A script and all that it imports from the project, at once or later. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const imports = read(file).matchAll(/\bfrom '(\.[^']+)'|^\s*(?:const .+ = await )?import\('(\.[^']+)'\)/gm)
  for (const [, fixed, later] of imports) closure(path.join(path.dirname(file), fixed ?? later ?? ''), seen)
  return seen
}
