/** Variables of the contract: what a person has set for an instance of theirs must not reach a test's. */
const contract =
  /^(PORT|HOST|MQTTS?_PORT|MQTT_LIMITS|TLS_.+|DATABASE_URL|REDIS_URL|DATA_DIR|WEB_URL|PUBLIC_URL|ALLOWED_ORIGINS|TRUSTED_PROXIES|AUTH_SECRET|ADMIN_.+|ORG|TELEMETRY_.+|OTEL_.+|LOG_LEVEL|NODE_ENV|VITEST.*)$/

/** The environment for a process under test: the surroundings of this one, plus what the test says. */
export function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !contract.test(name))
  return { ...Object.fromEntries(inherited), ...extra }
}
