/** What to do with a link without its token. */
export function IncompleteLink() {
  return (
    <p className="text-13 text-refused-text">
      This link is incomplete. Copy it as a whole, with all that follows the #.
    </p>
  )
}
