/** A shader file as the build hands it over: its path for messages, its text for the compiler. */
declare module '*.wgsl' {
  const source: { readonly file: string; readonly text: string };
  export default source;
}
