"""Counts what is in a text: the second stage of the pipeline."""

from collections import Counter

from wit_world import exports
from wit_world.imports.types import Frequency, Summary, Token, Token_Number, Token_Word


class Statistics(exports.Statistics):
    def summarize(self, text: list[Token], frequent_max: int) -> Summary:
        words = [token.value for token in text if isinstance(token, Token_Word)]
        numbers = [token.value for token in text if isinstance(token, Token_Number)]
        # In the order of the text, and what is as frequent stays in it. Counter.most_common() would import a module, which
        # is possible only until the component is made.
        counts = Counter(word.lower() for word in words)
        frequent = sorted(counts.items(), key=lambda item: -item[1])[:frequent_max]
        return Summary(words=len(words), numbers=len(numbers), marks=len(text) - len(words) - len(numbers),
                       different=len(counts), longest=max(words, key=len, default=None),
                       largest=max(numbers, default=None),
                       frequent=[Frequency(word, count) for word, count in frequent])
