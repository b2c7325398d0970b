// Files that bundles have as text.
declare module '*.c?raw' {
  const text: string;
  export { text as default };
}
