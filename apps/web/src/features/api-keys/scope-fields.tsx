'use client'

import { mayWithTagLimit, type Scope } from '@heliograph/protocol'
import { useId } from 'react'
import { useMay } from '@/lib/organization'
import { scopeGroups, scopeTexts } from './scope-texts'

interface ScopeFieldsProps {
  value: readonly Scope[]
  onValue: (scopes: Scope[]) => void
  error: string | undefined
  /** Whether the key sees only some devices, which leaves out all that concerns the whole organization. */
  isLimited: boolean
}

/** The scopes that this person may give, as groups of checkboxes. */
export function ScopeFields({ value, onValue, error, isLimited }: ScopeFieldsProps) {
  const may = useMay()
  const offered = (scope: Scope) => may(scope) && (!isLimited || mayWithTagLimit(scope))
  const toggle = (scope: Scope, checked: boolean) =>
    onValue(checked ? [...value, scope] : value.filter((other) => other !== scope))
  return (
    <div className="flex flex-col gap-4 rounded-outer border bg-surface p-4">
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        {scopeGroups.map(({ title, scopes }) => {
          const shown = scopes.filter(offered)
          return (
            shown.length > 0 && (
              <fieldset key={title} className="last:sm:col-span-2">
                <legend className="mb-1.5 text-12 font-medium text-ink-faint">{title}</legend>
                <div className="grid content-start gap-x-6 gap-y-1.5 in-[fieldset:last-child]:sm:grid-cols-2">
                  {shown.map((scope) => (
                    <ScopeBox
                      key={scope}
                      scope={scope}
                      checked={value.includes(scope)}
                      onChecked={(checked) => toggle(scope, checked)}
                    />
                  ))}
                </div>
              </fieldset>
            )
          )
        })}
      </div>
      {error && (
        <p role="alert" className="text-12 text-refused-text">
          Choose at least one permission.
        </p>
      )}
    </div>
  )
}

interface ScopeBoxProps {
  scope: Scope
  checked: boolean
  onChecked: (checked: boolean) => void
}

function ScopeBox({ scope, checked, onChecked }: ScopeBoxProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
        checked={checked}
        onChange={({ target }) => onChecked(target.checked)}
      />
      <label htmlFor={id} title={scope} className="text-13 text-ink">
        {scopeTexts[scope]}
      </label>
    </div>
  )
}
