import { Code } from '@/components/code'
import { CopyButton } from '@/components/copy-button'
import type { Language } from '@/lib/highlight'

interface CodeBlockProps {
  /** The name of the code, for the copy button and for screen readers. */
  label: string
  code: string
  language: Language
}

export function CodeBlock({ label, code, language }: CodeBlockProps) {
  return (
    <figure className="relative" aria-label={label}>
      <pre className="rounded-outer border bg-sunken py-3 pr-12 pl-4 font-mono text-12 leading-5 whitespace-pre-wrap break-words text-ink">
        <Code code={code} language={language} />
      </pre>
      <CopyButton value={code} label={label} className="absolute top-1.5 right-1.5 bg-sunken" />
    </figure>
  )
}
