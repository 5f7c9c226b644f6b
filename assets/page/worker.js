// Service worker of a published site: a visited site works without network. The page comes from the network first,
// files with a hash in their name from the cache first; a newer version waits until it is asked to take over.
// scripts/offline.sh fills in the two constants after a build.
const VERSION = "none";
const FILES = [];

const CACHE = `faultline-${VERSION}`;
// Longer than this without an answer counts as no network.
const PATIENCE_MS = 4000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      // Other sites of the same host have caches of their own.
      if (name.startsWith("faultline-") && name !== CACHE) await caches.delete(name);
    }
    await clients.claim();
  })());
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
  if (event.data === "version") event.ports[0].postMessage(VERSION);
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(registration.scope)) return;
  const name = url.href.slice(registration.scope.length).split(/[?#]/)[0];
  if (request.mode === "navigate" || name === "" || name === "index.html") {
    event.respondWith(networkFirst(request));
  } else if (FILES.includes(`./${name}`)) {
    event.respondWith(caches.open(CACHE).then(async (cache) => (await cache.match(`./${name}`)) ?? fetch(request)));
  }
});

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = () => cache.match("./");
  try {
    const slow = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("slow")));
    const answer = await Promise.race([fetch(request), slow]);
    if (answer.ok || answer.status === 304) return answer;
    return (await kept()) ?? answer;
  } catch (error) {
    const page = await kept();
    if (page) return page;
    return error.message === "slow" ? fetch(request) : Response.error();
  }
}
