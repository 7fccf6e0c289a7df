// Counts what is in a text: the second stage of the pipeline.

const letters = (word) => [...word].length;

/** Each word once, in small letters, in the order of the text. */
function frequencies(words) {
  const counts = new Map();
  for (const word of words.map((word) => word.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ word, count }));
}

/** Of several that are as large, the first; undefined when there is none. */
function largest(values, sizeOf) {
  return values.reduce((best, value) => (best !== undefined && sizeOf(best) >= sizeOf(value) ? best : value), undefined);
}

export const statistics = {
  summarize(text, frequentMax) {
    const valuesOf = (tag) => text.filter((token) => token.tag === tag).map((token) => token.val);
    const words = valuesOf('word');
    const numbers = valuesOf('number');
    const found = frequencies(words);
    return {
      words: words.length,
      numbers: numbers.length,
      marks: valuesOf('mark').length,
      different: found.length,
      longest: largest(words, letters),
      largest: largest(numbers, (number) => number),
      // The sort is stable: what is as frequent stays in its order.
      frequent: found.toSorted((a, b) => b.count - a.count).slice(0, frequentMax),
    };
  },
};
