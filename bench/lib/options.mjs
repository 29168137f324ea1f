/** Options of every suite. */
export const commonOptions = {
  help: { type: 'boolean', default: false, about: 'this' },
  strict: {
    type: 'boolean',
    default: false,
    about: 'exit with 1 when one of ours loses, doubles or misorders a message, or a run of ours fails',
  },
  install: {
    type: 'boolean',
    default: false,
    about:
      'install first what we compare with: mosquitto (apt-get) and raw aedes (npm, into the scratch directory)',
  },
  'server-cpu': { type: 'string', default: '0', about: 'processor of the server that is measured' },
  'node-options': {
    type: 'string',
    default: '',
    about: 'flags of Node.js for our servers: --node-options=--cpu-prof',
  },
  'load-cpu': { type: 'string', default: '1', about: 'processor of the load generator' },
}

/** Options of suites that repeat runs. */
export const roundOptions = {
  rounds: { type: 'string', default: '3', about: 'how often each target has its turn' },
  duration: { type: 'string', default: '3', about: 'seconds of one run' },
  warmup: { type: 'string', default: '1', about: 'seconds before that, which are not measured' },
  'max-other': {
    type: 'string',
    default: '0.25',
    about: 'repeat a run, twice at most, in which other processes took more of a processor than this',
  },
}

/** One line for each option. */
export function describeOptions(options) {
  return Object.entries(options)
    .map(([name, { type, default: value, about }]) => {
      const shown =
        type === 'string'
          ? `--${name} ${Array.isArray(value) ? value.join(',') : (value ?? '…')}`
          : `--${name}`
      return `  ${shown.padEnd(28)} ${about}`
    })
    .join('\n')
}

/** `a,b` as a list; names that are not among the known ones are an error. */
export function parseList(text, known, what) {
  const names = text.split(',').filter(Boolean)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`no ${what} ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  return names
}

/** The flags of Node.js for our servers. */
export function nodeOptions(values) {
  return values['node-options'].split(' ').filter(Boolean)
}
