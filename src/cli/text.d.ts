/** Files that are bundled as text, for the page of a report. */
declare module '*.css' {
  const text: string;
  export default text;
}
