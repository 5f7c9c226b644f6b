// Beside the application, and alive when it is not: the kept colours, whose work this is, and the screen after a crash.
// Knows of the work only that it is a text. The application talks to it through window.faultline.
(() => {
const page = (window.faultline = {
  // The document's text as it was last written down, and whether the browser's storage took it.
  work: null,
  safe: true,
});

// The colours before the application is there: as chosen, else as the system says.
let theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
try {
  theme = localStorage.getItem("faultline.theme") ?? theme;
} catch { /* no storage, no choice */ }
document.documentElement.dataset.theme = theme;
// The picture before the application is there shows what a new visitor will find; not to whom another diagram will be opened.
try {
  const known = Object.keys(localStorage).some((key) => key.startsWith("faultline.work."));
  if (known || location.hash.length > 1) document.documentElement.dataset.first = "other";
} catch { /* a new visitor each time */ }

// The language as chosen, else the browser's own.
Object.defineProperty(page, "language", {
  get() {
    try {
      return localStorage.getItem("faultline.language") ?? navigator.language;
    } catch {
      return navigator.language;
    }
  },
});

// ---- whose work ----

// Two tabs must not write the same record. A lock says whose it is; it ends with the page.
// A reloaded page may hold its lock a moment longer than it is there.
const PATIENCE_MS = 1200;
// By piece of work: the answer to the claim, and how to end it, be it granted or still asked for.
const claims = new Map();
// Answers true (this page's now), false (another page's) or null (this browser cannot tell).
page.claim = (work) => {
  if (!navigator.locks) return Promise.resolve(null);
  if (claims.has(work)) return claims.get(work).answer;
  const claim = {};
  const patience = new AbortController();
  const waited = setTimeout(() => patience.abort(), PATIENCE_MS);
  claim.answer = new Promise((answer) => {
    const forget = (said) => {
      clearTimeout(waited);
      if (claims.get(work) === claim) claims.delete(work);
      answer(said);
    };
    claim.end = () => {
      patience.abort();
      forget(false);
    };
    navigator.locks.request(`faultline.work.${work}`, { signal: patience.signal }, () => {
      // Given up in the moment in which it was granted.
      if (claims.get(work) !== claim) return null;
      clearTimeout(waited);
      answer(true);
      return new Promise((release) => (claim.end = () => {
        release();
        forget(true);
      }));
    }).catch((error) => forget(error.name === "AbortError" ? false : null));
  });
  claims.set(work, claim);
  return claim.answer;
};
page.release = (work) => claims.get(work)?.end();

// ---- after a crash ----

// The application's own words are out of reach by then.
const SPANISH = {
  "Faultline has stopped": "Faultline se ha detenido",
  "Faultline could not be loaded": "No se pudo cargar Faultline",
  "A part of it did not arrive, as when there is no network.": "Una parte no ha llegado, como cuando no hay red.",
  "Something went wrong in the application.": "Algo ha fallado en la aplicación.",
  "Your diagram was kept a moment ago: load the page again to go on from there, or download it.":
    "Tu diagrama se guardó hace un momento: vuelve a cargar la página para seguir desde ahí, o descárgalo.",
  "This browser could not keep your diagram: download it before you load the page again.":
    "Este navegador no pudo guardar tu diagrama: descárgalo antes de volver a cargar la página.",
  "Loading the page again may help.": "Volver a cargar la página puede ayudar.",
  "What happened": "Qué ha pasado",
  "Download the diagram": "Descargar el diagrama",
  "Load again, paused at its start": "Volver a cargar, en pausa al inicio",
  "Set it aside and start anew": "Apartarlo y empezar de nuevo",
  "Load again": "Volver a cargar",
  "A part of the page could not be loaded": "No se pudo cargar una parte de la página",
};
const say = (text) => (page.language.startsWith("es") && SPANISH[text]) || text;

const kept = () => {
  if (page.work) return page.work;
  try {
    const record = localStorage.getItem(`faultline.work.${sessionStorage.getItem("faultline.work")}`);
    // The first line is the label.
    return record && record.slice(record.indexOf("\n") + 1);
  } catch {
    return null;
  }
};

// What the page is to start with when it is loaded again: read by the application.
const again = (how) => {
  try {
    if (how) sessionStorage.setItem("faultline.start", how);
  } catch { /* then it starts as usual */ }
  location.reload();
};

let screen = null;
// Whether the screen only says that the application is not there.
let missing = false;
page.crashed = (why) => {
  if (screen) return;
  const work = kept();
  screen = document.createElement("div");
  screen.className = "crash";
  screen.setAttribute("role", "alertdialog");
  screen.setAttribute("aria-labelledby", "crash-title");
  screen.innerHTML = "<div><h1 id='crash-title'></h1><p></p><div class='do'></div><details><summary></summary><p class='why'></p></details></div>";
  let advice = "Loading the page again may help.";
  if (work) {
    advice = page.safe
      ? "Your diagram was kept a moment ago: load the page again to go on from there, or download it."
      : "This browser could not keep your diagram: download it before you load the page again.";
  }
  screen.querySelector("h1").textContent = say(missing ? "Faultline could not be loaded" : "Faultline has stopped");
  const what = missing ? "A part of it did not arrive, as when there is no network." : "Something went wrong in the application.";
  screen.querySelector("p").textContent = `${say(what)} ${say(advice)}`;
  screen.querySelector("summary").textContent = say("What happened");
  screen.querySelector(".why").textContent = String(why).slice(0, 600);
  const row = screen.querySelector(".do");
  const button = (label, act, strong) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = strong ? "button primary" : "button outlined";
    element.textContent = say(label);
    element.onclick = act;
    row.append(element);
    return element;
  };
  if (work) {
    button("Download the diagram", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([work], { type: "application/json" }));
      link.download = "rescued.faultline.json";
      link.click();
    }, true);
    button("Load again, paused at its start", () => again("still"));
    button("Set it aside and start anew", () => again("anew"));
  } else {
    button("Load again", () => again(), true);
  }
  // What is left of the application must not be reached any more.
  for (const element of document.body.children) element.inert = true;
  document.body.append(screen);
  row.firstChild.focus();
  // Whatever the application still does with the focus, it does now.
  setTimeout(() => row.contains(document.activeElement) || row.firstChild.focus(), 100);
};

// What ends the application: a trap in its module, or a stack that has no end. A panic calls `crashed` by itself.
// Any other error on the page may be a browser extension's, or costs one click: the application goes on.
const FOREIGN = /-extension:\/\//;
const OVERFLOW = /call stack|too much recursion/i;
// Until the application has started, also what keeps it from being there at all.
const MISSING = /failed to fetch|networkerror|load failed|error loading|importing a module|wasm|webassembly/i;
const Trap = globalThis.WebAssembly?.RuntimeError;
let started = false;
addEventListener("TrunkApplicationStarted", () => {
  started = true;
  if (!screen || !missing) return;
  // It is there after all: what could not be fetched was something else.
  screen.remove();
  screen = null;
  for (const element of document.body.children) element.inert = false;
});
const absent = (why) => {
  // While the page itself is still being read there is nothing of ours to be missing.
  if (screen || !document.body) return;
  missing = true;
  page.crashed(why);
};
const judge = (cause, message) => {
  const stack = String(cause?.stack ?? "");
  if (FOREIGN.test(stack)) return;
  const text = [message, cause?.name, cause?.message].filter(Boolean).join(" ");
  const trap = Trap && cause instanceof Trap;
  const endless = cause instanceof Error && OVERFLOW.test(cause.message) && /wasm/i.test(stack);
  if (trap || endless) page.crashed(cause?.message || message || text);
  else if (!started && MISSING.test(text)) absent(cause?.message || message || text);
};
addEventListener("error", (e) => judge(e.error, e.message));
addEventListener("unhandledrejection", (e) => judge(e.reason, String(e.reason)));
// A script that could not be loaded says so only to those who listen before it.
addEventListener("error", ({ target }) => {
  if (target instanceof HTMLScriptElement && !started) absent(say("A part of the page could not be loaded"));
}, true);
})();
