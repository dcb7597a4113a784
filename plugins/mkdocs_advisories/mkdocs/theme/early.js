// Material fetches its whole search index, and starts the worker that reads it, with every page.
// Here both wait until somebody searches, or a page is to show the words that were found. So does
// the sitemap, which a link to a feed makes Material fetch: only other languages and instant
// navigation need it.
{
  const usesSitemap = document.getElementById("__config")?.textContent.includes("navigation.instant")
    || document.querySelector("link[hreflang]");
  const late = usesSitemap ? /\/search\/search_index\.json$/ : /\/(?:search\/search_index\.json|sitemap\.xml)$/;
  let start;
  const wanted = new Promise((done) => { start = done; });
  if (/[?&][hq]=/.test(location.search)) start();
  document.addEventListener("change", ({ target }) => target.dataset?.mdToggle === "search" && start());
  document.addEventListener("focusin", ({ target }) => target.name === "query" && start());

  const { open, send } = XMLHttpRequest.prototype;
  const waiting = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    if (late.test(url)) waiting.add(this);
    return open.call(this, method, url, ...more);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (waiting.has(this)) wanted.then(() => send.call(this, body));
    else send.call(this, body);
  };

  const Real = Worker;
  globalThis.Worker = function (url, options) {
    if (!/\/workers\/search\./.test(url)) return new Real(url, options);
    const standIn = new EventTarget();
    let worker = null;
    standIn.postMessage = (message) => { // the first one brings the index
      if (!worker) {
        worker = new Real(url, options);
        worker.onmessage = ({ data }) => standIn.dispatchEvent(new MessageEvent("message", { data }));
      }
      worker.postMessage(message);
    };
    return standIn;
  };
}
