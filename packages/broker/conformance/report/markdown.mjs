/**
 * @typedef {import('./declarations.mjs').Declaration} Declaration
 * @typedef {import('../statements.js').Statement} Statement
 */

const intro = `# Conformance to MQTT 3.1.1

Made from the declarations in \`conformance/\` by \`node scripts/conformance.mjs\`; change those, not this file.

Every numbered normative statement of MQTT 3.1.1 (OASIS Standard, 29 October 2014) that concerns a server, in our
words, with the tests that show it. The tests treat the broker as a black box: they write bytes to its sockets and
read what comes back. Each runs over TCP and over WebSocket unless a column is empty. Run them with

    npx vitest run --project conformance

or against another broker on this machine with \`CONFORMANCE_TCP_PORT\` and \`CONFORMANCE_WS_PORT\` set (tests that
need a host's rules are left out then, and the filter \`nosubscribe\` has to be denied there).

The standard misprints two numbers, MQTT-3.1.2.7 and MQTT-3-8.3-4; they are spelled like the others here. Clients of
MQTT 3.1 are tested under MQTT-3.1.2-1, which lets a server follow that standard for them. Tests whose names begin
with “interoperability” cover what Eclipse Paho's interoperability test checks.
`

/**
 * CONFORMANCE.md as text.
 * @param {Record<string, Statement>} statements
 * @param {Declaration[]} declarations
 * @returns {string}
 */
export function conformanceReport(statements, declarations) {
  const all = Object.entries(statements)
  const binding = all.filter(([, { concerns }]) => concerns !== 'client')
  const tested = binding.filter(([, { untested }]) => !untested)
  return [
    intro,
    `${all.length} statements: ${tested.length} shown by ${declarations.length} tests, ` +
      `${binding.length - tested.length} not tested, ${all.length - binding.length} for clients only.\n`,
    '## Statements that concern servers\n',
    '| statement | what it says | tests | TCP | WS |',
    '|---|---|---|---|---|',
    ...tested.map(([id, { says }]) =>
      row(
        id,
        says,
        declarations.filter((one) => one.statements.includes(id)),
      ),
    ),
    '\n## Not tested\n',
    '| statement | what it says | why not |',
    '|---|---|---|',
    ...binding
      .map(([id, { says, untested }]) => (untested ? `| ${id} | ${cell(says)} | ${cell(untested)} |` : ''))
      .filter(Boolean),
    '\n## Statements that concern only clients\n',
    `${all
      .filter(([, { concerns }]) => concerns === 'client')
      .map(([id, { says }]) => `${id} (${lowerFirst(says)})`)
      .join(', ')}.`,
    '',
  ].join('\n')
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
