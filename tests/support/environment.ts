/** Variables of the contract: what a person has set for their own instance must not reach a test's. */
const contract =
  /^(PORT|HOST|MQTTS?_PORT|MQTT_LIMITS|MQTT_PROXY_PROTOCOL|LIMITS|ALLOW_NEW_ORGANIZATIONS|TLS_.+|DATABASE_URL|REDIS_URL|DATA_DIR|WEB_URL|PUBLIC_URL|ALLOWED_ORIGINS|TRUSTED_PROXIES|AUTH_SECRET|ADMIN_.+|ORG|TELEMETRY_.+|OTEL_.+|LOG_LEVEL|NODE_ENV|VITEST.*)$/

/**
 * The environment for a process under test: this process's own without the contract's variables, plus what the test
 * says. `npm run coverage` counts what the process runs.
 */
export function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !contract.test(name))
  const { HELIOGRAPH_COVERAGE: directory } = process.env
  const coverage = directory ? { NODE_V8_COVERAGE: directory } : {}
  return { ...Object.fromEntries(inherited), ...coverage, ...extra }
}
