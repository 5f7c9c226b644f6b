// Offline: registers the service worker of a published site, and offers a newer version when one has been fetched.
// Knows not what is cached; assets/page/worker.js does.
(() => {
  const page = window.faultline;
  // Stamped by scripts/offline.sh after a build; without it there is no service worker.
  const version = document.querySelector('meta[name="faultline-version"]').content;
  let waiting = null;
  let asked = false;

  // Says that a newer version waits; the application asks for this once it listens.
  page.announce = () => waiting && dispatchEvent(new Event("faultline-newer"));
  // Takes the newer version, as was asked.
  page.update = () => {
    asked = true;
    if (waiting) waiting.postMessage("take over");
    else location.reload();
  };

  if (!("serviceWorker" in navigator) || !location.protocol.startsWith("http")) return;
  const workers = navigator.serviceWorker;
  const found = (worker) => {
    // Whose version is it? The page that is shown may be as new already: it comes from the network first.
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => {
      if (data === version) return worker.postMessage("take over");
      waiting = worker;
      page.announce();
    };
    worker.postMessage("version", [channel.port2]);
  };
  const watch = (registration) => {
    const installed = (worker) => worker.state === "installed" && workers.controller && found(worker);
    if (registration.waiting) installed(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => installed(worker));
    });
    // A page that stays open looks for a newer version now and then, and when one comes back to it.
    const look = () => registration.update().catch(() => { /* no network now */ });
    setInterval(look, 60 * 60 * 1000);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  };
  workers.addEventListener("controllerchange", () => asked && location.reload());
  addEventListener("load", () => {
    // `trunk serve` puts its own script into the page, and wants to see every change at once.
    const developing = [...document.scripts].some((script) => script.textContent.includes(".well-known/" + "trunk/ws"));
    if (developing) {
      // One of an earlier time at this address would show old files.
      workers.getRegistration("./").then((old) => old?.unregister()).catch(() => {});
    } else if (version !== "none") {
      workers.register("./worker.js", { updateViaCache: "none" }).then(watch).catch(() => { /* the site works without */ });
    }
  });
})();
