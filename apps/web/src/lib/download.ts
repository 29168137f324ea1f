/** Downloads a file made by the page. */
export function download(fileName: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  follow(url, fileName)
  URL.revokeObjectURL(url)
}

/** Lets the browser download a file from the server, which names it, straight to disk. */
export function downloadFrom(address: string): void {
  follow(address, '')
}

function follow(url: string, fileName: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
}
