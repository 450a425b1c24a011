// A contestant in a page of its own: its library is named after the # of the address.
import { Contestant } from './contestant.mjs';

const opened = Contestant.open(decodeURIComponent(location.hash.slice(1)), { wasmFolder: '/wasm/' });
opened.catch(() => {}); // told in answer to the first question

globalThis.ask = async ([question, ...rest]) => {
  const contestant = await opened;
  return contestant[question](...rest);
};
