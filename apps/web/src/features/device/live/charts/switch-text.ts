/** True and false are drawn as 1 and 0; between them there is nothing to say. */
export function switchText(value: number): string {
  if (value === 1) return 'true'
  return value === 0 ? 'false' : ''
}
