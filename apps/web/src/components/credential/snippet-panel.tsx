'use client'

import { useState } from 'react'
import { CodeBlock } from '@/components/code-block'
import { Segmented } from '@/components/segmented'
import type { Snippet } from '@/lib/snippets'

/** An example command; where it sends only once, a second one that repeats can be chosen. */
export function SnippetPanel({ label, language, code, repeating }: Snippet) {
  const [often, setOften] = useState<'once' | 'repeating'>('once')
  return (
    <div className="flex flex-col gap-2 pt-3">
      {repeating !== null && (
        <div className="flex flex-wrap items-center justify-between gap-x-4">
          <p className="text-12 text-ink-faint">
            {often === 'once' ? 'Sends one message.' : 'Stays connected and sends until Ctrl-C.'}
          </p>
          <Segmented
            label="How often it sends"
            value={often}
            onChange={setOften}
            options={[
              { value: 'once', label: 'Once' },
              { value: 'repeating', label: 'Every second' },
            ]}
          />
        </div>
      )}
      <CodeBlock
        label={`Example for ${label}`}
        code={often === 'repeating' && repeating !== null ? repeating : code}
        language={language}
      />
    </div>
  )
}
