import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inProject } from '../foundation/paths.mjs'
import { markdownTable } from './markdown-table.mjs'

/** The one definition of the variables, as it was built. */
const schemaFile = 'apps/api/dist/foundation/config/environment.js'

/**
 * @typedef {object} Variable
 * @property {string} name
 * @property {string} group
 * @property {string} text what it is, in Markdown
 * @property {string} [example]
 * @property {string} [otherwise] what holds when it is absent, where there is no default
 * @property {'passed' | 'set'} [docker]
 * @property {string} [fallback] the default
 */

/** @type {Record<string, string>} */
const groups = {
  addresses: 'Addresses and the broker',
  data: 'Data',
  administrator: 'First administrator, made at the first start instead of on the set-up page',
  'sign-in': 'Sign-in by an OpenID provider',
  mail: 'Mail',
  secrets: 'Secrets',
  observation: 'Logs and traces',
  compose: 'Docker compose only',
}

/** Variables that docker-compose.yml alone reads. @type {Variable[]} */
const composeVariables = [
  {
    name: 'DOMAIN',
    group: 'compose',
    text: 'The name under which the platform is reached. Caddy fetches a certificate for a public name by itself, and makes one of its own for `localhost`.',
    fallback: 'localhost',
    docker: 'passed',
  },
  {
    name: 'POSTGRES_PASSWORD',
    group: 'compose',
    text: 'The password of the database’s superuser, of letters and digits. The platform itself connects as a role with a password of its own. It is required: make one up.',
    otherwise: 'required',
    docker: 'passed',
  },
  {
    name: 'POSTGRES_MEMORY',
    group: 'compose',
    text: 'The memory that the container of PostgreSQL may take, with what it caches of files.',
    fallback: '2g',
    docker: 'passed',
  },
  {
    name: 'API_MEMORY',
    group: 'compose',
    text: 'The memory that the container of the platform may take. Past it the container is restarted.',
    fallback: '2g',
    docker: 'passed',
  },
  {
    name: 'MQTT_BIND',
    group: 'compose',
    text: 'The address on which MQTT over TCP, which is not encrypted, can be reached from outside the containers.',
    fallback: '127.0.0.1',
    docker: 'passed',
  },
]

/**
 * All variables, group by group. The build has to be current.
 * @returns {Promise<Variable[]>}
 */
export async function environmentVariables() {
  const { Environment } = await import(pathToFileURL(inProject(schemaFile)).href)
  const variables = Object.entries(Environment.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined)
    const fallback = ['string', 'number'].includes(typeof parsed.data) ? String(parsed.data) : undefined
    return { name, ...schema.meta(), fallback }
  })
  const order = Object.keys(groups)
  return [...variables, ...composeVariables].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group))
}

/** `.env.example`, whole. */
export async function makeEnvExample() {
  const sections = (await byGroup()).map(({ title, variables }) => {
    const entries = variables.map(({ name, text, fallback, example }) =>
      [...wrap(text.replaceAll('`', '')), `#${name}=${fallback ?? example ?? ''}`].join('\n'),
    )
    return [`# --- ${title} `.padEnd(110, '-'), ...entries].join('\n')
  })
  const head = [
    '# Written by `npm run generate` from apps/api/src/foundation/config/environment.ts; change that, not this file.',
    '# Copy it to .env and change what you need. Everything is optional for npm start; docker compose needs',
    '# POSTGRES_PASSWORD, at the end. What is set in the environment goes before what is set here.',
  ].join('\n')
  return `${[head, ...sections].join('\n\n')}\n`
}

/** docs/configuration.md with its tables made anew. */
export async function makeConfigurationPage() {
  const tables = (await byGroup()).map(({ title, variables }) => {
    const rows = variables.map(({ name, text, fallback, otherwise, example, docker }) => {
      const value = fallback === undefined ? (otherwise ?? '–') : `\`${fallback}\``
      const meaning = fallback === undefined && example ? `${text} Example: \`${example}\`` : text
      const inDocker = { passed: '`.env`', set: 'set', none: '–' }[docker ?? 'none']
      return [`\`${name}\``, value, meaning, inDocker]
    })
    return `## ${title}\n\n${markdownTable([['variable', 'default', 'meaning', 'Docker'], ...rows])}`
  })
  const marker = (/** @type {string} */ word) => `<!-- ${word} of what npm run generate writes -->`
  return replaceBetween('docs/configuration.md', {
    start: marker('begin'),
    end: marker('end'),
    text: `\n\n${tables.join('\n\n')}\n\n`,
  })
}

/** docker-compose.yml with its list of what the api is passed from `.env` made anew. */
export async function makeComposeFile() {
  const passed = (await environmentVariables()).filter(
    ({ docker, group }) => docker === 'passed' && group !== 'compose',
  )
  return replaceBetween('docker-compose.yml', {
    start: '# Passed on from .env; npm run generate writes these lines.',
    end: '# The end of these lines.',
    text: `\n${passed.map(({ name }) => `      ${name}: \${${name}:-}\n`).join('')}      `,
  })
}

async function byGroup() {
  const variables = await environmentVariables()
  return Object.entries(groups).map(([group, title]) => ({
    title,
    variables: variables.filter((variable) => variable.group === group),
  }))
}

/**
 * @param {string} file
 * @param {{ start: string, end: string, text: string }} part
 */
function replaceBetween(file, { start, end, text }) {
  const [before, rest] = fs.readFileSync(inProject(file), 'utf8').split(start)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`${file} has no part between “${start}” and “${end}”.`)
  return `${before}${start}${text}${end}${after}`
}

/** Comment lines of 110 characters at most. @param {string} text */
function wrap(text) {
  const lines = ['#']
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length <= 110) lines[lines.length - 1] += ` ${word}`
    else lines.push(`# ${word}`)
  }
  return lines
}
