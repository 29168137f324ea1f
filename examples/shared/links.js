// The links of the index keep what is behind the #.
for (const link of document.querySelectorAll('a')) link.hash = location.hash
