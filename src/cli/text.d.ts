/** Style sheets are bundled as text, for the report. */
declare module '*.css' {
  const text: string;
  export default text;
}
