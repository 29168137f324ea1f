// Next declares this too, but in a file that exists only after its first run.
declare module '*.css'
