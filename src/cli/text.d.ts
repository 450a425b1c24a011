/** Files that are bundled as text, for the page of a report. */
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*/charts.js' {
  const text: string;
  export default text;
}
declare module 'uplot/dist/uPlot.iife.min.js' {
  const text: string;
  export default text;
}
