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

// ---- whose work ----

// Two tabs must not write the same record. A lock says whose it is; it ends with the page.
const releases = new Map();
// Answers true (this page's now), false (another page's) or null (this browser cannot tell).
page.claim = (work) => {
  if (!navigator.locks) return Promise.resolve(null);
  if (releases.has(work)) return Promise.resolve(true);
  return new Promise((answer) => {
    // A page that is being reloaded may hold its lock a moment longer.
    const patience = AbortSignal.timeout ? AbortSignal.timeout(1200) : undefined;
    navigator.locks.request(`faultline.work.${work}`, patience ? { signal: patience } : { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock && new Promise((release) => releases.set(work, release));
    }).catch((error) => answer(error.name === "AbortError" || error.name === "TimeoutError" ? false : null));
  });
};
page.release = (work) => {
  releases.get(work)?.();
  releases.delete(work);
};

// ---- after a crash ----

// The application's own words are out of reach by then.
const SPANISH = {
  "Faultline has stopped": "Faultline se ha detenido",
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
};
const say = (text) => {
  let language = navigator.language;
  try {
    language = localStorage.getItem("faultline.language") ?? language;
  } catch { /* the browser's own */ }
  return (language.startsWith("es") && SPANISH[text]) || text;
};

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

let stopped = false;
page.crashed = (why) => {
  if (stopped) return;
  stopped = true;
  const work = kept();
  const screen = document.createElement("div");
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
  screen.querySelector("h1").textContent = say("Faultline has stopped");
  screen.querySelector("p").textContent = `${say("Something went wrong in the application.")} ${say(advice)}`;
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

const fatal = /wasm|WebAssembly|panicked|unreachable|RuntimeError|call stack|memory access|Failed to fetch|error loading|Importing a module/i;
const judge = (cause, message) => {
  const text = [message, cause && cause.name, cause && cause.message, cause && cause.stack].filter(Boolean).join(" ");
  if (fatal.test(text)) page.crashed((cause && cause.message) || message || text);
};
addEventListener("error", (e) => judge(e.error, e.message));
addEventListener("unhandledrejection", (e) => judge(e.reason, String(e.reason)));
})();
