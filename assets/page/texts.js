// Texts: fetches what is shown now and then, a language's catalogue or the explanation of a kind, when it is asked for; the
// catalogue early, where its language was chosen before.
// Knows no words. A page in one file holds them itself (scripts/single-file.sh).
(() => {
  const page = window.faultline;
  const asked = new Map();

  const fetched = async (path) => {
    const packed = document.getElementById(`text:${path}`);
    if (packed) return packed.textContent;
    const version = document.querySelector('meta[name="faultline-version"]').content;
    const answer = await fetch(`./${path}?${version}`);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.text();
  };

  // Answers with the text of a file beside the page, words/es.json say; what failed may be asked for again.
  page.text = (path) => {
    if (!asked.has(path)) asked.set(path, fetched(path).catch((error) => {
      asked.delete(path);
      throw error;
    }));
    return asked.get(path);
  };

  // While the application is on its way. That it failed is heard by who asks next.
  document.addEventListener("DOMContentLoaded", () => page.language.startsWith("es") && page.text("words/es.json").catch(() => {}));
})();
