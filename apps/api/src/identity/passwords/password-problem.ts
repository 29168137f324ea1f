import { commonPasswords, commonWords } from './common-passwords.js'

/**
 * Why a new password would be guessed early; null when nothing speaks against it. `own` are words that belong to the person
 * and the platform, such as the e-mail address and the name of the organization.
 */
export function passwordProblem(password: string, own: readonly string[] = []): string | null {
  const small = password.toLowerCase()
  if (commonPasswords.has(small)) return 'is one of the commonest passwords; choose another'
  if (isRepeated(small)) return 'repeats the same few characters; choose another'
  if (isSequence(small)) return 'is a plain sequence of characters; choose another'
  const stem = stemOf(small)
  const known = new Set(['heliograph', ...own.flatMap(partsOf)])
  if (known.has(small) || known.has(stem))
    return 'is made from your own name, address or organization; choose another'
  return commonWords.has(stem) ? `is a common word (“${stem}”) with a few characters added; add words` : null
}

/** True for `aaaaaaaaaa` and `abcabcabcab`. */
function isRepeated(text: string): boolean {
  return [1, 2, 3, 4].some((length) => {
    const unit = text.slice(0, length)
    return text === unit.repeat(Math.ceil(text.length / length)).slice(0, text.length)
  })
}

/** True for `abcdefghij` and `9876543210`. */
function isSequence(text: string): boolean {
  const steps = new Set([...text].slice(1).map((character, index) => code(character) - code(text[index])))
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}

function code(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0
}

/** The letters inside, with signs read as the letters that they stand for: `P@ssw0rd2026!` is `password`. */
function stemOf(small: string): string {
  const trimmed = small.replace(/^[^a-z@$]+|[^a-z@$]+$/g, '')
  return trimmed
    .replace(/[@4]/g, 'a')
    .replace(/[$5]/g, 's')
    .replace(/0/g, 'o')
    .replace(/3/g, 'e')
    .replace(/1/g, 'i')
}

/** A text of its own, and its words of four letters and more. */
function partsOf(text: string): string[] {
  const small = text.trim().toLowerCase()
  return [small, ...small.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length >= 4)]
}
