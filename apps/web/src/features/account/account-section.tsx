import { type ReactNode, useId } from 'react'

interface AccountSectionProps {
  title: string
  /** One sentence below the title. */
  intro?: ReactNode
  /** A button beside the title. */
  action?: ReactNode
  children?: ReactNode
}

/** One subject of the account's page. */
export function AccountSection({ title, intro, action, children }: AccountSectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3 sm:flex-nowrap">
        <div className="min-w-0 flex-1 basis-64">
          <h2 id={id} className="text-16 font-semibold">
            {title}
          </h2>
          {intro && <p className="mt-0.5 text-13 text-ink-soft">{intro}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  )
}
