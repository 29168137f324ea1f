/**
 * @typedef {import('./declarations.mjs').Declaration} Declaration
 * @typedef {import('./declarations.mjs').Standard} Standard
 * @typedef {import('../statements/statement.mjs').Statement} Statement
 */

const intro = `# Conformance to MQTT 3.1.1 and MQTT 5

Made from the declarations in \`conformance/\` by \`node scripts/conformance.mjs\`; change those, not this file.

Every numbered normative statement of MQTT 3.1.1 (OASIS Standard, 29 October 2014) and of MQTT 5 (OASIS Standard,
7 March 2019) that concerns a server, in our words, with the tests that show it. The numbers of the two overlap and
mean different things. The tests treat the broker as a black box: they write bytes to its sockets and read what comes
back. Each runs over TCP and over WebSocket unless a column is empty, and a test that is listed in both parts runs with
clients of both versions. Run them with

    npx vitest run --project conformance

or against another broker on this machine with \`CONFORMANCE_TCP_PORT\` and \`CONFORMANCE_WS_PORT\` set (tests that
need a host's rules are left out then, and the filter \`nosubscribe\` has to be denied there).

Tests whose names begin with “interoperability” cover what Eclipse Paho's interoperability tests check.
`

/** @type {Record<Standard, { title: string, about: string }>} */
const parts = {
  mqtt311: {
    title: 'MQTT 3.1.1',
    about: `The standard misprints two numbers, MQTT-3.1.2.7 and MQTT-3-8.3-4; they are spelled like the others here.
Clients of MQTT 3.1 are tested under MQTT-3.1.2-1, which lets a server follow that standard for them.`,
  },
  mqtt5: {
    title: 'MQTT 5',
    about: `Where the standard lets a server choose whether it says why it ends a connection, most tests take both; the
reason codes that this broker gives are tested in \`reason-codes\`. The standard misprints two numbers, MQTT-4.2-1 and
MQTT-3.2.2-8; they are spelled like in its appendix B.`,
  },
}

/**
 * CONFORMANCE.md as text.
 * @param {Record<Standard, Record<string, Statement>>} standards
 * @param {Declaration[]} declarations
 * @returns {string}
 */
export function conformanceReport(standards, declarations) {
  return [
    intro,
    ...partOf('mqtt311', standards.mqtt311, declarations),
    '',
    ...partOf('mqtt5', standards.mqtt5, declarations),
    '',
  ].join('\n')
}

/**
 * @param {Standard} standard
 * @param {Record<string, Statement>} statements
 * @param {Declaration[]} declarations
 */
function partOf(standard, statements, declarations) {
  const { title, about } = parts[standard]
  const all = Object.entries(statements)
  const binding = all.filter(([, { concerns }]) => concerns !== 'client')
  const tested = binding.filter(([, { untested }]) => !untested)
  const tests = declarations.filter((one) => one.shown[standard].length > 0)
  return [
    `## ${title}\n`,
    `${about}\n`,
    `${all.length} statements: ${tested.length} shown by ${tests.length} tests, ` +
      `${binding.length - tested.length} not tested, ${all.length - binding.length} for clients only.\n`,
    `### Statements of ${title} that concern servers\n`,
    '| statement | what it says | tests | TCP | WS |',
    '|---|---|---|---|---|',
    ...tested.map(([id, { says }]) =>
      row(
        id,
        says,
        tests.filter((one) => one.shown[standard].includes(id)),
      ),
    ),
    `\n### Statements of ${title} that are not tested\n`,
    '| statement | what it says | why not |',
    '|---|---|---|',
    ...binding
      .map(([id, { says, untested }]) => (untested ? `| ${id} | ${cell(says)} | ${cell(untested)} |` : ''))
      .filter(Boolean),
    `\n### Statements of ${title} that concern only clients\n`,
    `${all
      .filter(([, { concerns }]) => concerns === 'client')
      .map(([id, { says }]) => `${id} (${lowerFirst(says)})`)
      .join(', ')}.`,
  ]
}

/**
 * @param {string} id
 * @param {string} says
 * @param {Declaration[]} tests
 */
function row(id, says, tests) {
  const names = tests
    .map(({ title, file }) => `${cell(title)} (\`${file.replace('.spec.ts', '')}\`)`)
    .join('<br>')
  const count = (/** @type {'tcp' | 'ws'} */ transport) =>
    tests.filter(({ transports }) => transports.includes(transport)).length || ''
  return `| ${id} | ${cell(says)} | ${names} | ${count('tcp')} | ${count('ws')} |`
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|')
}

/** @param {string} text */
function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
}
