/** A fragment, as schemas and refusals tell what is wrong, as a sentence: `must not be empty` → `Must not be empty.` */
export function sentence(fragment: string): string {
  const text = fragment.trim()
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
