// Words: fetches a language's catalogue when the language is chosen, and early where it was chosen before.
// Knows no words. A page in one file holds them itself (scripts/single-file.sh).
(() => {
  const page = window.faultline;
  const asked = new Map();

  const fetched = async (tag) => {
    const packed = document.getElementById(`words-${tag}`);
    if (packed) return packed.textContent;
    const version = document.querySelector('meta[name="faultline-version"]').content;
    const answer = await fetch(`./words/${tag}.json?${version}`);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.text();
  };

  // Answers with the catalogue's text; what failed may be asked for again.
  page.words = (tag) => {
    if (!asked.has(tag)) asked.set(tag, fetched(tag).catch((error) => {
      asked.delete(tag);
      throw error;
    }));
    return asked.get(tag);
  };

  // While the application is on its way. That it failed is heard by who asks next.
  document.addEventListener("DOMContentLoaded", () => page.language.startsWith("es") && page.words("es").catch(() => {}));
})();
