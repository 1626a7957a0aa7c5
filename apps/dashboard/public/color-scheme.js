// Sets the colours that the user chose before the first paint; Mantine keeps the choice under this key.
;(function () {
  var choice = 'auto'
  try {
    choice = localStorage.getItem('mantine-color-scheme-value') || choice
  } catch {
    // Storage may be forbidden: the system's choice it is.
  }
  var dark = choice === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : choice === 'dark'
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
