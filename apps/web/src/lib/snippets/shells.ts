export const EXAMPLE = '{"temperature": 21.5}'
/** The C runtime of Windows takes a quote inside quotes with a backslash; cmd.exe leaves it alone. */
export const EXAMPLE_FOR_CMD = '"{\\"temperature\\": 21.5}"'

/** One command on several lines. */
export function lines(parts: readonly string[], continuation: '\\' | '^' | '`'): string {
  return parts.join(` ${continuation}\n`)
}
